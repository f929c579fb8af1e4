// Sends one file with its progress, which fetch cannot tell.
//
// Use: const answer = await send(file, address, (share) => …); `answer` is the XMLHttpRequest when all is over, with
//   status 0 if it never got through.

export const csrfToken = () => JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "";

export function send(file, address, onProgress) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.setRequestHeader("HX-Request", "true");
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) onProgress(event.loaded / event.total); });
    for (const name of ["load", "error", "abort", "timeout"]) request.addEventListener(name, () => resolve(request));
    const body = new FormData();
    body.append("file", file, file.name);
    request.send(body);
  });
}
