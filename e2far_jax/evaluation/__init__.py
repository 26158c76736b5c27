"""How good a reconstruction is: metrics, their uncertainty, and the report that shows them."""
