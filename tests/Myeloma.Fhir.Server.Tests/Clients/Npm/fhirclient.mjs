import FHIR from 'fhirclient';
import { base, called, refused, runAll, scenario, unlinked } from './scenario.mjs';

const storage = { get: async () => undefined, set: async (_, value) => value, unset: async () => true };
const client = FHIR({ headers: {} }, {}, storage).client(base);
const plain = new FHIR.FhirClient(base);
const patient = (id, more) => ({ resourceType: 'Patient', ...(id ? { id } : {}), ...more });
const whole = ({ body, response }) => ({ status: response.status, etag: response.headers.get('etag'), location: response.headers.get('location'), body });
// The client puts the body of a refusal into the message, below a line of its own.
const refusal = (error) => ({ status: error.status, body: JSON.parse(error.message.slice(error.message.indexOf('{'))) });
const withResponse = { includeResponse: true };

scenario('capability', async () => ({ version: await client.getFhirVersion(), release: await client.getFhirRelease() }));

scenario('create', async () => {
  const created = await client.create(patient(null, { active: true, name: [{ family: 'Smart' }] }), withResponse);
  called('created', created.body.id);
  return { created: whole(created), read: await client.request(`Patient/${created.body.id}`) };
});

scenario('createRefused', () => refused(client.create(patient(null, { gender: 'm' })), refusal));

scenario('readUnknown', () => refused(client.request('Patient/smart-never'), refusal));

scenario('vread', async () => {
  await client.update(patient('smart-vread', { active: true }));
  await client.update(patient('smart-vread', { active: false }));
  return { first: await client.request('Patient/smart-vread/_history/1'), second: await client.request(`${base}/Patient/smart-vread/_history/2`) };
});

scenario('updateIfMatch', async () => {
  const created = await client.update(patient('smart-match', { active: true }), withResponse);
  const update = (version) => client.update(patient('smart-match', { active: false }), { ...withResponse, headers: { 'If-Match': `W/"${version}"` } });
  return { created: whole(created), updated: whole(await update(1)), stale: await refused(update(1), refusal) };
});

scenario('conditionalCreate', async () => {
  const once = () => client.create(patient(null, { identifier: [{ system: 'http://example.org/smart', value: 'once' }] }), {
    ...withResponse, headers: { 'If-None-Exist': 'identifier=http://example.org/smart|once' },
  });
  try {
    const first = await once();
    const second = await once();
    return { statuses: [first.response.status, second.response.status], isSame: first.body.id === second.body.id };
  } catch (error) {
    return refusal(error);
  }
});

scenario('patch', async () => {
  await client.update(patient('smart-patch', { active: true, birthDate: '1970-01-01' }));
  return {
    patched: await client.patch('Patient/smart-patch', [{ op: 'replace', path: '/birthDate', value: '1971' }, { op: 'remove', path: '/active' }]),
    tested: await refused(client.patch('Patient/smart-patch', [{ op: 'test', path: '/birthDate', value: '1970' }]), refusal),
  };
});

scenario('delete', async () => {
  await client.update(patient('smart-delete', { active: true }));
  const deleted = await client.delete('Patient/smart-delete', withResponse);
  return { status: deleted.response.status, read: await refused(client.request('Patient/smart-delete'), refusal) };
});

scenario('searchPages', async () => {
  for (let i = 0; i < 7; i++) await client.update(patient(`smart-page-${i}`, { name: [{ family: 'Smartpage', given: [`g${i}`] }] }));
  const url = 'Patient?family=Smartpage&_sort=given&_count=3';
  const pages = [];
  for await (const page of plain.pages(url)) pages.push(page.entry.map((entry) => entry.resource.id));
  const resources = [];
  for await (const resource of plain.resources(url)) resources.push(resource.id);
  const limited = [];
  for await (const resource of plain.resources(url, { limit: 4 })) limited.push(resource.id);
  const flat = await client.request(url, { pageLimit: 0, flat: true });
  const two = await client.request(url, { pageLimit: 2 });
  return { pages, resources, limited, flat: flat.map((resource) => resource.id), two: two.map((page) => page.entry.length) };
});

scenario('references', async () => {
  await client.update({ resourceType: 'Organization', id: 'smart-organization', name: 'Smart' });
  await client.update(patient('smart-referring', { managingOrganization: { reference: 'Organization/smart-organization' } }));
  const graph = await client.request('Patient/smart-referring', { resolveReferences: 'managingOrganization' });
  const bundle = await client.request('Patient?_id=smart-referring', { resolveReferences: ['managingOrganization'], flat: true, pageLimit: 0 });
  const own = await plain.getReferences(await client.request('Patient/smart-referring'), ['managingOrganization']);
  return { graph: graph.managingOrganization.name, bundle: bundle.map((resource) => resource.managingOrganization.name), own: own['Organization/smart-organization'].name };
});

scenario('history', async () => {
  await client.update(patient('smart-history', { active: true }));
  await client.delete('Patient/smart-history');
  const history = await client.request('Patient/smart-history/_history');
  const pages = [];
  for await (const page of plain.pages('Patient/smart-history/_history?_count=1')) pages.push(page.entry.map((entry) => [entry.request.method, entry.response.status]));
  return { history: unlinked(history), pages };
});

scenario('bundles', async () => {
  const post = (bundle) => client.request({ url: base, method: 'POST', body: JSON.stringify(bundle), headers: { 'content-type': 'application/fhir+json' } });
  const transaction = await post({
    resourceType: 'Bundle', type: 'transaction', entry: [
      { resource: patient('smart-transaction', { active: true }), request: { method: 'PUT', url: 'Patient/smart-transaction' } },
      { request: { method: 'GET', url: 'Patient/smart-transaction' } },
    ],
  });
  const batch = await post({
    resourceType: 'Bundle', type: 'batch', entry: [
      { request: { method: 'GET', url: 'Patient?_id=smart-transaction&_summary=count' } },
      { request: { method: 'GET', url: 'Patient/smart-never' } },
    ],
  });
  return { transaction, batch };
});

scenario('operations', async () => ({
  validate: await client.request({
    url: 'Patient/$validate', method: 'POST', body: JSON.stringify(patient(null, { gender: 'm' })), headers: { 'content-type': 'application/fhir+json' },
  }),
  unknown: await refused(client.request('Patient/$nowhere'), refusal),
}));

await runAll();
