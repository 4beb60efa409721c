// A login or an unlocking by card: the server's challenge, signed in the card. The agent composes
// what is signed and asks for the PIN itself; this page never sees one.
import { AgentFault, signLogin } from "./agent.js";
import { ask } from "./api.js";

/** Return what the portal wants to see; throws AgentFault with what stands in the way. */
export async function signChallenge() {
  const { status, body: asked } = await ask("POST", "/api/v1/login/challenge", {});
  if (status !== 200) throw new AgentFault("timeout");
  const signed = await signLogin(asked.challenge);
  const { certificate, intermediates, signature, mechanism } = signed;
  return { certificate, intermediates, signature, mechanism, challenge: asked.challenge };
}
