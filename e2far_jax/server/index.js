"use strict";

// A picture is sent, its faces are shown; nothing of it is stored, here or there.

const element = (id) => document.getElementById(id);
const video = document.querySelector("video");
const limit = Number(document.body.dataset.bytes);
let busy = false;

function say(text, working = false) {
  element("status").textContent = text;
  element("status").classList.toggle("busy", working);
  element("trouble").textContent = "";
}

function warn(text) {
  element("trouble").textContent = text[0].toUpperCase() + text.slice(1) + ".";
}

function complain(text) {
  say("");
  warn(text);
}

/** Send a picture file and show what comes back. */
async function reconstruct(file) {
  if (busy) return warn("one picture at a time: wait for this one’s faces, then send it again");
  if (file.size > limit) {
    return complain(`the file is too large: at most ${limit / 1e6} MB are taken`);
  }
  busy = true;
  say("Looking for faces …", true);
  clear();
  try {
    const type = file.type.startsWith("image/") ? file.type : "application/octet-stream";
    const response = await fetch(`/faces?name=${encodeURIComponent(file.name)}`, {
      method: "POST",
      body: file,
      headers: {"Content-Type": type},
    });
    const answer = await response.json();
    if (answer.error) complain(answer.error);
    else show(answer);
  } catch {
    complain("the server does not answer; is e2far serve still running?");
  } finally {
    busy = false;
  }
}

function show({faces, left_out: others}) {
  const found = faces.length === 1 ? "1 face" : `${faces.length} faces`;
  say(`${found} found.` + (others ? ` ${others} smaller ones were left out.` : ""));
  element("faces").append(...faces.map(section));
  element("faces").firstChild.scrollIntoView({block: "nearest"});
}

/** Take the faces away, with what their downloads hold in memory. */
function clear() {
  for (const {href} of element("faces").querySelectorAll("a")) URL.revokeObjectURL(href);
  element("faces").replaceChildren();
}

function section({name, page, archive}) {
  const part = document.createElement("section"), head = document.createElement("div");
  const title = document.createElement("h2"), links = document.createElement("div");
  const frame = document.createElement("iframe");
  const bytes = Uint8Array.from(atob(archive), (letter) => letter.charCodeAt(0));
  part.className = "face";
  head.className = links.className = "row";
  title.textContent = name;
  links.append(
    download(`${name}.zip`, new Blob([bytes], {type: "application/zip"}), "Download all files"),
    download(`${name}.html`, new Blob([page], {type: "text/html"}), "Download this page"),
  );
  head.append(title, links);
  frame.title = `3D face ${name}`;
  frame.setAttribute("sandbox", "allow-scripts");
  frame.srcdoc = page;
  part.append(head, frame);
  return part;
}

function download(name, blob, text) {
  const link = document.createElement("a");
  link.className = "button";
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.textContent = text;
  return link;
}

async function openCamera() {
  element("camera").disabled = true;
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({video: {width: 1280}});
  } catch (error) {
    closeCamera();
    return complain(`the camera can’t be used (${error.message})`);
  }
  say("");
  element("take").disabled = true;
  element("shot").hidden = false;
  try {
    await video.play();
    element("take").disabled = false;
  } catch (error) {
    // Cancel was pressed before the first picture came.
    if (error.name !== "AbortError") throw error;
  }
}

function closeCamera() {
  video.srcObject?.getTracks().forEach((track) => track.stop());
  video.srcObject = null;
  element("shot").hidden = true;
  element("camera").disabled = false;
}

function takePicture() {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  canvas.getContext("2d").drawImage(video, 0, 0);
  closeCamera();
  canvas.toBlob((blob) => reconstruct(new File([blob], "camera.jpg", {type: blob.type})),
    "image/jpeg", 0.95);
}

// While something is dragged, viewers let it through to the page. That it went away is told by the
// events' end: not all browsers tell leaving the page from leaving one of its parts.
let dragging;
function drag(event) {
  event.preventDefault();
  document.body.classList.add("dragging");
  clearTimeout(dragging);
  dragging = setTimeout(endDrag, 1500);
}

function endDrag() {
  document.body.classList.remove("dragging");
}

for (const kind of ["dragenter", "dragover"]) document.addEventListener(kind, drag);
document.addEventListener("drop", (event) => {
  const {dataTransfer} = event;
  event.preventDefault();
  endDrag();
  if (dataTransfer.files.length) reconstruct(dataTransfer.files[0]);
});
document.addEventListener("paste", ({clipboardData}) => {
  if (clipboardData.files.length) reconstruct(clipboardData.files[0]);
});
element("file").addEventListener("change", ({target}) => {
  if (target.files.length) reconstruct(target.files[0]);
  target.value = "";
});
element("camera").disabled = !navigator.mediaDevices?.getUserMedia;
element("insecure").hidden = !element("camera").disabled;
element("camera").addEventListener("click", openCamera);
element("take").addEventListener("click", takePicture);
element("close").addEventListener("click", closeCamera);
