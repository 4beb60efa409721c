// Whether taking out the staff card locks this computer's counter: a setting of the machine.
const NAME = "maskmap.lock";
const CHOICES = ["auto", "always", "never"];

/** Return "auto" (lock where the login was by card), "always" or "never". */
export function lockSetting() {
  const kept = localStorage.getItem(NAME);
  return CHOICES.includes(kept) ? kept : "auto";
}

/** Keep a setting for this computer. */
export function setLockSetting(choice) {
  localStorage.setItem(NAME, choice);
}
