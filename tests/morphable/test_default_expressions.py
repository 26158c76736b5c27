"""The embedded face's expressions: names, where they move, what stays closed, what stays inside."""

from __future__ import annotations

import numpy as np
import pytest

from e2far_jax.morphable.default import default_model
from e2far_jax.morphable.default.eyes import CENTRE, LID_THICKNESS, RADIUS
from e2far_jax.morphable.default.template import Template, build_template
from e2far_jax.morphable.model import MorphableModel

# The ARKit set, its two that stand for both sides split as ICT-FaceKit splits them.
SIDED = (
    *("browDown", "browInnerUp", "browOuterUp", "cheekPuff", "cheekSquint", "noseSneer"),
    *("eyeBlink", "eyeSquint", "eyeWide"),
    *("eyeLookDown", "eyeLookIn", "eyeLookOut", "eyeLookUp"),
    *("mouthDimple", "mouthFrown", "mouthLowerDown", "mouthPress", "mouthSmile", "mouthStretch"),
    "mouthUpperUp",
)
WHOLE = (
    *("jawForward", "jawLeft", "jawOpen", "jawRight", "mouthClose", "mouthFunnel", "mouthLeft"),
    *("mouthPucker", "mouthRight", "mouthRollLower", "mouthRollUpper", "mouthShrugLower"),
    *("mouthShrugUpper", "tongueOut"),
)
COMBINATIONS = (
    *("jawOpen mouthSmile", "jawOpen mouthPucker", "jawOpen mouthFunnel", "jawOpen mouthClose"),
    *("mouthSmile eyeBlink", "browDown eyeBlink", "browDown eyeSquint noseSneer"),
    *("eyeBlink eyeSquint cheekSquint", "mouthRollUpper mouthRollLower", "mouthSmile cheekSquint"),
    *("mouthPress mouthRollLower", "mouthSmile mouthUpperUp", "mouthStretch jawOpen browInnerUp"),
    *("mouthLeft jawLeft", "mouthFrown mouthShrugLower", "jawForward mouthLowerDown"),
    *("mouthPucker eyeWide", "cheekPuff eyeSquint", "eyeLookDown eyeLookIn", "eyeLookUp eyeWide"),
)


@pytest.fixture(scope="module")
def face() -> MorphableModel:
    return default_model()


@pytest.fixture(scope="module")
def template() -> Template:
    return build_template()


@pytest.fixture(scope="module")
def landmarks(face: MorphableModel) -> np.ndarray:
    return np.asarray(face.landmarks.on(face.mean))


def expression(face: MorphableModel, name: str) -> np.ndarray:
    return np.asarray(face.expression_basis[..., face.expression_names.index(name)])


def skin_near(face: MorphableModel, point: np.ndarray, radius: float) -> np.ndarray:
    near = np.linalg.norm(np.asarray(face.mean) - point, axis=1) < radius
    return near & np.asarray(face.regions["face"])


def posed(face: MorphableModel, names: str, weight: float = 1.0) -> np.ndarray:
    """The mean face with expressions at one weight; names without a side mean both sides."""
    wanted = {full for name in names.split() for full in (name, f"{name}_L", f"{name}_R")}
    weights = [weight * (name in wanted) for name in face.expression_names]
    assert any(weights)
    return np.asarray(face.mean) + np.asarray(face.expression_basis) @ np.array(weights)


@pytest.fixture(scope="module")
def poses(face: MorphableModel) -> dict[str, np.ndarray]:
    """Every expression alone at half and full weight, and the combinations."""
    alone = [name for name in face.expression_names if name != "mouthClose"]
    return {
        **{f"{name} {weight}": posed(face, name, weight) for name in alone for weight in (0.5, 1)},
        **{names: posed(face, names) for names in COMBINATIONS},
    }


def test_the_names_are_those_of_arkit_as_ict_spells_them(face: MorphableModel):
    sided = {f"{name}_{side}" for name in SIDED for side in "LR"}
    assert set(face.expression_names) == sided | set(WHOLE)
    assert len(face.expression_names) == 52 + 2


@pytest.mark.parametrize(("side", "sign"), [("R", -1), ("L", 1)])
def test_a_blink_closes_the_lids_in_front_of_the_eyeball(
    face: MorphableModel, template: Template, side: str, sign: int
):
    mean, blink = np.asarray(face.mean), expression(face, f"eyeBlink_{side}")
    slits = {"R": template.sheet.right_eye, "L": template.sheet.left_eye}
    slit, other = slits[side], slits["L" if side == "R" else "R"]
    gaps = np.linalg.norm(mean[slit.upper] - mean[slit.lower], axis=1)
    closed = mean + blink
    assert gaps.max() > 8
    assert np.linalg.norm(closed[slit.upper] - closed[slit.lower], axis=1).max() < 0.6
    assert np.abs(blink[other.ring]).max() == 0
    centre = CENTRE * [sign, 1, 1]
    lids = np.flatnonzero(skin_near(face, centre + np.array([0, 0, RADIUS]), 22))
    assert np.linalg.norm(mean[lids] - centre, axis=1).min() > RADIUS + 1.2
    for weight in (0.25, 0.5, 0.75, 1.0):
        distance = np.linalg.norm(mean[lids] + weight * blink[lids] - centre, axis=1)
        assert distance.min() > RADIUS + 0.3


def test_an_open_jaw_parts_the_lips_and_leaves_the_forehead(
    face: MorphableModel, template: Template, landmarks: np.ndarray
):
    field = expression(face, "jawOpen")
    moved = landmarks + face.landmarks.on(field)
    assert landmarks[62, 1] - landmarks[66, 1] < 1.5
    assert moved[62, 1] - moved[66, 1] > 25
    assert moved[8, 1] < landmarks[8, 1] - 20
    assert moved[8, 2] < landmarks[8, 2] - 20, "the chin goes back as it goes down"
    forehead = np.asarray(face.mean)[:, 1] > 30
    assert np.abs(field[forehead]).max() < 0.5
    assert np.abs(field[np.asarray(face.mean)[:, 2] < -20]).max() < 2.0, "the neck turns"
    assert np.abs(field[template.teeth[0]]).max() == 0


@pytest.mark.parametrize("name", ["jawOpen", "jawForward", "jawLeft", "jawRight"])
def test_the_lower_teeth_move_as_one_with_the_jaw(
    face: MorphableModel, template: Template, name: str
):
    rows = template.teeth[1].reshape(-1)
    before, after = np.asarray(face.mean)[rows], posed(face, name)[rows]
    lengths = [np.linalg.norm(p[:, None] - p, axis=-1) for p in (before, after)]
    np.testing.assert_allclose(*lengths, atol=1e-3)
    assert np.linalg.norm(after - before, axis=1).min() > 5


@pytest.mark.parametrize("weight", [0.3, 0.7, 1.0])
def test_closed_lips_over_an_open_jaw(face: MorphableModel, template: Template, weight: float):
    mouth, pose = template.sheet.mouth, posed(face, "jawOpen mouthClose", weight)
    gaps = np.linalg.norm(pose[mouth.upper] - pose[mouth.lower], axis=1)
    assert gaps.max() < 0.6
    chin = pose[face.landmarks.nearest[8]] - np.asarray(face.mean)[face.landmarks.nearest[8]]
    assert chin[1] < -15 * weight


def test_lips_never_pass_each_other(template: Template, poses: dict[str, np.ndarray]):
    mouth = template.sheet.mouth
    for names, pose in poses.items():
        gap = pose[mouth.upper, 1] - pose[mouth.lower, 1]
        same_depth = np.abs(pose[mouth.upper, 2] - pose[mouth.lower, 2]) < 4
        assert gap[same_depth].min(initial=0.0) > -1.0, names


def test_teeth_stay_behind_the_lips(
    face: MorphableModel, template: Template, poses: dict[str, np.ndarray]
):
    """Skin before a row of teeth is nearer to the viewer than the tooth behind it."""
    mean, skin = np.asarray(face.mean), np.arange(len(template.sheet.angle))
    near = skin[(np.abs(mean[skin, 0]) < 30) & (np.abs(mean[skin, 1] + 35) < 22)]
    near = near[mean[near, 2] > 60]
    for names, pose in poses.items():
        for row in template.teeth:
            teeth, points = pose[row], pose[near]
            top, bottom = teeth[..., 1].max(), teeth[..., 1].min()
            front = np.interp(points[:, 0], teeth[0, :, 0], teeth[..., 2].max(axis=0))
            before = (points[:, 1] < top) & (points[:, 1] > bottom)
            before &= (points[:, 0] > teeth[0, 0, 0]) & (points[:, 0] < teeth[0, -1, 0])
            assert (points[:, 2] - front)[before].min(initial=9.0) > 0.0, names


def test_the_tongue_lies_behind_teeth_and_lips_unless_it_is_out(
    face: MorphableModel, template: Template, poses: dict[str, np.ndarray]
):
    mouth, rows = template.sheet.mouth, template.tongue.reshape(-1)
    for names, pose in poses.items():
        if "tongueOut" not in names and "jaw" not in names:
            nearest_tooth = pose[template.teeth[1]][..., 2].max()
            assert pose[rows, 2].max() < nearest_tooth - 2, names
    out, tip = posed(face, "tongueOut"), template.tongue[-1]
    lower_lip = out[mouth.lower[len(mouth.lower) // 2]]
    assert out[tip, 2].min() > lower_lip[2] + 4
    assert out[tip, 1].max() < lower_lip[1] - 4
    assert out[rows, 1].max() < out[mouth.upper[len(mouth.upper) // 2], 1]


def test_eyeballs_never_come_through_the_lids(face: MorphableModel, poses: dict[str, np.ndarray]):
    for sign in (-1, 1):
        centre = CENTRE * [sign, 1, 1]
        lids = skin_near(face, centre + np.array([0, 0, RADIUS]), 22)
        for names, pose in poses.items():
            distance = np.linalg.norm(pose[lids] - centre, axis=1)
            assert distance.min() > RADIUS + 0.3, names


def test_muscles_let_the_skin_slide_over_the_eyeballs(face: MorphableModel, template: Template):
    """Brows, cheeks, nose and mouth bring no skin nearer to an eyeball than a lid's thickness."""
    skin = np.arange(len(template.sheet.angle))
    for name in face.expression_names:
        if name.startswith(("brow", "cheek", "nose", "mouth")):
            before, after = np.asarray(face.mean)[skin], posed(face, name)[skin]
            for sign in (-1, 1):
                near, then = (
                    np.linalg.norm(p - CENTRE * [sign, 1, 1], axis=1) for p in (before, after)
                )
                assert (then - np.minimum(near, RADIUS + LID_THICKNESS)).min() > -1e-3, name


def test_no_skin_turns_inside_out(face: MorphableModel):
    """Alone, no expression turns triangles of the face by more than a right angle.

    One at the outer corner of each eye may, where the lids' edges meet.
    """
    triangles = np.asarray(face.triangles)
    triangles = triangles[np.asarray(face.regions["face"])[triangles].all(axis=1)]
    before = directions(np.asarray(face.mean), triangles)
    for name in face.expression_names:
        if name != "mouthClose":
            turn = (before * directions(posed(face, name), triangles)).sum(axis=1)
            assert (turn < 0).sum() <= 2 * name.startswith("eye"), name


def directions(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    a, b, c = np.moveaxis(points[triangles], 1, 0)
    normals = np.cross(b - a, c - a)
    return normals / np.linalg.norm(normals, axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("name", "landmark", "direction"),
    [
        ("mouthSmile_L", 54, (1, 1, -1)),
        ("mouthSmile_R", 48, (-1, 1, -1)),
        ("mouthFrown_L", 54, (0, -1, 0)),
        ("mouthPucker", 48, (1, 0, 1)),
        ("mouthFunnel", 51, (0, 1, 1)),
        ("mouthStretch_R", 48, (-1, 0, 0)),
        ("mouthUpperUp_L", 52, (0, 1, 0)),
        ("mouthLowerDown_R", 58, (0, -1, 0)),
        ("browInnerUp_R", 21, (0, 1, 0)),
        ("browOuterUp_L", 25, (0, 1, 0)),
        ("browDown_L", 23, (0, -1, 0)),
        ("eyeWide_R", 37, (0, 1, 0)),
        ("eyeSquint_L", 46, (0, 1, 0)),
        ("noseSneer_L", 35, (0, 1, 0)),
        ("jawLeft", 8, (1, 0, 0)),
        ("jawRight", 8, (-1, 0, 0)),
        ("jawForward", 8, (0, 0, 1)),
    ],
)
def test_expressions_move_their_landmark_their_way_and_stay_local(
    face: MorphableModel, name: str, landmark: int, direction: tuple[int, int, int]
):
    field = expression(face, name)
    moved = field[face.landmarks.nearest[landmark]]
    for component, sign in zip(moved, direction, strict=True):
        if sign:
            assert component * sign > 0.8, f"{moved}"
    amount = np.linalg.norm(field, axis=1)
    assert amount.max() < 20
    face_region = np.asarray(face.regions["face"])
    assert (amount[face_region] < 0.3).mean() > 0.3


def test_one_sided_expressions_mirror_each_other(face: MorphableModel, template: Template):
    above = template.sheet.above
    for name in face.expression_names:
        if name.endswith("_L"):
            left = expression(face, name)[above]
            right = expression(face, name[:-1] + "R")[above]
            np.testing.assert_allclose(left[:, ::-1] * [-1, 1, 1], right, atol=1e-3)


@pytest.mark.parametrize(
    ("look", "direction"),
    [("Up", (0, 1)), ("Down", (0, -1)), ("In", (-1, 0)), ("Out", (1, 0))],
)
def test_a_look_turns_the_eyeball_in_place(
    face: MorphableModel, template: Template, look: str, direction: tuple[int, int]
):
    points = np.asarray(face.mean) + expression(face, f"eyeLook{look}_L")
    right, left = template.eyeballs
    pupil = points[left[template.sight_angles < 9]].mean(axis=0) - CENTRE
    assert np.dot(pupil[:2], direction) > 4
    before, after = (
        np.linalg.norm(p[left] - CENTRE, axis=1) for p in (np.asarray(face.mean), points)
    )
    np.testing.assert_allclose(after, before, atol=1e-3)
    np.testing.assert_array_equal(points[right], np.asarray(face.mean)[right])


def test_a_puffed_cheek_goes_out(face: MorphableModel):
    field = expression(face, "cheekPuff_L")
    cheek = skin_near(face, np.array([44.0, -20.0, 92.0]), 8)
    assert field[cheek, 2].mean() > 3
    assert field[cheek, 0].mean() > 1
    assert np.abs(field[np.asarray(face.mean)[:, 0] < -25]).max() < 0.7


# How alike an expression's landmarks move in both models: the least cosine, and the range of the
# ratio of magnitudes. Where ours differs on purpose: lips press together rather than up, the mouth
# goes less far aside, lips roll back to the teeth and not through them.
ALIKE = (0.83, 0.6, 1.35)
LESS_ALIKE = {
    "eyeLookIn_L": (0.75, 0.6, 1.2),
    "eyeLookOut_L": (0.75, 0.6, 1.2),
    "mouthPress_L": (0.5, 0.4, 1.2),
    "mouthLeft": (0.9, 0.5, 0.8),
    "mouthRight": (0.9, 0.5, 0.8),
    "mouthRollLower": (0.9, 0.5, 0.8),
    "mouthRollUpper": (0.9, 0.6, 0.9),
}


def test_landmarks_move_as_in_ict_facekit(face: MorphableModel, ict: MorphableModel):
    assert set(face.expression_names) == {*ict.expression_names, "tongueOut"}
    for name in ict.expression_names:
        if name.endswith("_R"):
            continue
        theirs = ict.landmarks.on(expression(ict, name))
        ours = face.landmarks.on(expression(face, name))
        size = np.linalg.norm(theirs, axis=1)
        moved = size > max(0.5, 0.35 * size.max())
        lengths = [np.linalg.norm(field[moved]) for field in (ours, theirs)]
        cosine = (ours[moved] * theirs[moved]).sum() / np.prod(lengths)
        ratio = lengths[0] / lengths[1]
        least_cosine, low, high = LESS_ALIKE.get(name, ALIKE)
        assert cosine > least_cosine, f"{name}: {cosine:.2f}"
        assert low < ratio < high, f"{name}: {ratio:.2f}"
