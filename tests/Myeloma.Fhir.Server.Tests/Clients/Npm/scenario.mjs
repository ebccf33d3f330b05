// Runs the scenarios of one client against the base URL of the command line, and writes what each of them got as one JSON object.
// What differs from run to run (the base URL, ids that the server gave, instants) is replaced by names, so that whole answers can be compared.

export const base = process.argv[2];

const scenarios = [];
const names = new Map();

/** Adds a scenario; what it returns, or how it failed, is its result. */
export function scenario(name, run) {
  scenarios.push([name, run]);
}

/** From now on this id is written as {name}. */
export function called(name, id) {
  names.set(id, `{${name}}`);
  return id;
}

/** What a client tells of a refusal; anything else than a refusal is a fault of the scenario. */
export async function refused(promise, read) {
  try {
    return { unexpected: await promise };
  } catch (error) {
    const refusal = read(error);
    if (!refusal.status) throw error;
    return refusal;
  }
}

/** A bundle with no other links than the one to itself: those of pages differ from run to run. */
export function unlinked(bundle) {
  return { ...bundle, link: bundle.link.filter((link) => link.relation === 'self') };
}

export async function runAll() {
  const results = {};
  for (const [name, run] of scenarios) {
    try {
      results[name] = await run();
    } catch (error) {
      results[name] = { failed: String(error.stack ?? error) };
    }
  }
  let text = JSON.stringify(results);
  for (const [id, name] of names) text = text.replaceAll(id, name);
  text = text.replaceAll(base, '{base}').replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '{instant}');
  process.stdout.write(text);
}
