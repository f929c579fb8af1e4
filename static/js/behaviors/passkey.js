// Runs the passkey ceremony of a form, then submits it with what the authenticator answered.
//
// data-ceremony: "get" (prove) or "create" (add). The options come from the address in data-options-address, or from
// the JSON element whose id stands in data-options-element. Every sentence comes from the note's own attributes.

const fromBase64Url = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0)).buffer;

const toBase64Url = (buffer) =>
  btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const withBinaryId = (descriptor) => ({ ...descriptor, id: fromBase64Url(descriptor.id) });

// A passkey belongs to a name, so a bare IP address has none, and neither has plain http beyond this machine.
const isPossible = () =>
  window.isSecureContext && Boolean(window.PublicKeyCredential)
  && !/^[\d.]+$|^\[/.test(window.location.hostname);

function binaryOptions(options) {
  const result = { ...options, challenge: fromBase64Url(options.challenge) };
  if (options.user) result.user = withBinaryId(options.user);
  if (options.allowCredentials) result.allowCredentials = options.allowCredentials.map(withBinaryId);
  if (options.excludeCredentials) result.excludeCredentials = options.excludeCredentials.map(withBinaryId);
  return result;
}

function plainCredential(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = toBase64Url(credential.response[name]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return {
    id: credential.id,
    rawId: toBase64Url(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  };
}

async function readOptions(form) {
  const { optionsAddress, optionsElement } = form.dataset;
  const answer = optionsAddress
    ? await (await fetch(optionsAddress, { headers: { Accept: "application/json" } })).json()
    : JSON.parse(document.getElementById(optionsElement).textContent);
  return binaryOptions((answer.request_options ?? answer.creation_options).publicKey);
}

async function runCeremony(form) {
  const publicKey = await readOptions(form);
  if (form.dataset.ceremony === "get") return navigator.credentials.get({ publicKey });
  const alone = form.elements.passwordless?.checked ?? false;
  publicKey.authenticatorSelection = {
    ...publicKey.authenticatorSelection,
    residentKey: alone ? "required" : "discouraged",
    requireResidentKey: alone,
    ...(alone && { userVerification: "required" }),
  };
  return navigator.credentials.create({ publicKey });
}

function say(form, reason) {
  const note = form.querySelector("[data-unsupported]");
  note.textContent = note.dataset[reason];
  note.hidden = false;
}

for (const form of document.querySelectorAll('form[data-behavior~="passkey"]')) {
  const button = form.querySelector('button[type="submit"]');
  if (!isPossible()) {
    button.disabled = true;
    button.setAttribute("aria-describedby", "passkey-note");
    say(form, "unsupported");
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      form.elements.credential.value = JSON.stringify(plainCredential(await runCeremony(form)));
      form.submit();
    } catch {
      // Cancelled, timed out, or not known to this site: browsers do not tell which, on purpose.
      button.disabled = false;
      say(form, "failed");
    }
  });
}
