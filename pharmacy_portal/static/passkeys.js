// Passkeys: made after a card login, then used to log in or to unlock. No words of its own: what a
// browser refuses comes as PasskeyFailed with a `kind`, what the portal refuses as {status, body}.
import { ask } from "./api.js";

/** The browser made or gave no passkey. kind: unsupported, address, cancelled, known, failed. */
export class PasskeyFailed extends Error {
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

const KINDS = {
  NotAllowedError: "cancelled",
  AbortError: "cancelled",
  InvalidStateError: "known",
  SecurityError: "address",
};

/** Tell whether this browser can do passkeys at this address (never under a bare IP address). */
export function supported() {
  return Boolean(
    window.isSecureContext &&
      window.PublicKeyCredential?.parseCreationOptionsFromJSON &&
      window.PublicKeyCredential?.parseRequestOptionsFromJSON,
  );
}

/**
 * Make a passkey for the user who is logged in with a card; resolve to {status, body}: 201 and the
 * passkey, or a problem. `nhi` ({id_number, birth_date, reading}) lets that card name the user.
 */
export async function enrol(name, nhi) {
  const options = await asked("/api/v1/passkeys/options", {});
  if (options.status !== 200) return options;
  const publicKey = parsed("parseCreationOptionsFromJSON", options.body.options);
  const credential = await authenticator(() => navigator.credentials.create({ publicKey }));
  return ask("POST", "/api/v1/passkeys", { credential, name, ...(nhi ? { nhi } : {}) });
}

/**
 * Log in with a passkey; resolve to {status, body}. On CHOOSE_INSTITUTION call `body.choose(code)`:
 * the same answer of the authenticator finishes the login.
 */
export async function login({ nhi, institution } = {}) {
  const found = await assertion(nhi);
  if (found.status !== 200) return found;
  return send(found.credential, institution);
}

async function send(credential, institution) {
  const answer = await ask("POST", "/api/v1/login/passkey", {
    credential,
    ...(institution ? { institution } : {}),
  });
  if (answer.body.code === "CHOOSE_INSTITUTION") {
    answer.body.choose = (code) => send(credential, code);
  }
  return answer;
}

/** Unlock this session with a passkey of its user; resolve to {status, body}. */
export async function unlock() {
  const found = await assertion();
  if (found.status !== 200) return found;
  return ask("POST", "/api/v1/session/unlock", { credential: found.credential });
}

async function assertion(nhi) {
  const options = await asked("/api/v1/login/passkey/options", nhi ? { nhi } : {});
  if (options.status !== 200) return options;
  const publicKey = parsed("parseRequestOptionsFromJSON", options.body.options);
  const credential = await authenticator(() => navigator.credentials.get({ publicKey }));
  return { status: 200, credential };
}

async function asked(path, body) {
  if (!supported()) throw new PasskeyFailed("unsupported");
  return ask("POST", path, body);
}

function parsed(how, options) {
  return window.PublicKeyCredential[how](options);
}

async function authenticator(ceremony) {
  try {
    return (await ceremony()).toJSON();
  } catch (fault) {
    throw new PasskeyFailed(KINDS[fault.name] ?? "failed");
  }
}
