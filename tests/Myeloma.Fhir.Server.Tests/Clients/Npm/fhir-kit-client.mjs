import { Client, CapabilityTool } from 'fhir-kit-client';
import { base, called, refused, runAll, scenario, unlinked } from './scenario.mjs';

const client = new Client({ baseUrl: base });
const patient = (id, more) => ({ resourceType: 'Patient', ...(id ? { id } : {}), ...more });
const put = (id, more) => client.update({ resourceType: 'Patient', id, body: patient(id, more) });
const answer = (result) => {
  const { response } = Client.httpFor(result);
  return { status: response.status, etag: response.headers.get('etag'), location: response.headers.get('location'), body: result };
};
const refusal = (error) => ({ status: error.response?.status, body: error.response?.data });
const ids = (bundle) => (bundle.entry ?? []).map((entry) => entry.resource.id);

scenario('capability', async () => {
  const statement = await client.capabilityStatement();
  const tool = new CapabilityTool(statement);
  return {
    fhirVersion: statement.fhirVersion,
    serverCan: ['transaction', 'batch', 'history-system', 'nothing'].map((code) => tool.serverCan(code)),
    resourceCan: ['read', 'vread', 'update', 'patch', 'delete', 'create', 'search-type', 'nothing'].map((code) => tool.resourceCan('Patient', code)),
    search: ['birthdate', '_id', 'nothing'].map((name) => tool.resourceSearch('Patient', name)),
  };
});

scenario('create', async () => {
  const created = await client.create({ resourceType: 'Patient', body: patient(null, { active: true, name: [{ family: 'Kit' }] }) });
  called('created', created.id);
  return { created: answer(created), read: answer(await client.read({ resourceType: 'Patient', id: created.id })) };
});

scenario('createRefused', () =>
  refused(client.create({ resourceType: 'Patient', body: patient(null, { gender: 'm', birthDate: 'soon' }) }), refusal));

scenario('conditionalCreate', async () => {
  const once = () => client.create({
    resourceType: 'Patient',
    body: patient(null, { identifier: [{ system: 'http://example.org/kit', value: 'once' }] }),
    options: { headers: { 'If-None-Exist': 'identifier=http://example.org/kit|once' } },
  });
  try {
    const first = await once();
    const second = await once();
    return { statuses: [first, second].map((each) => Client.httpFor(each).response.status), isSame: first.id === second.id };
  } catch (error) {
    return refusal(error);
  }
});

scenario('conditionalUpdate', async () => {
  const upsert = (active) => client.update({
    resourceType: 'Patient',
    searchParams: { identifier: 'http://example.org/kit|upsert' },
    body: patient(null, { active, identifier: [{ system: 'http://example.org/kit', value: 'upsert' }] }),
  });
  try {
    const first = await upsert(true);
    const second = await upsert(false);
    return { statuses: [first, second].map((each) => Client.httpFor(each).response.status), isSame: first.id === second.id, version: second.meta.versionId };
  } catch (error) {
    return refusal(error);
  }
});

scenario('readUnknown', () => refused(client.read({ resourceType: 'Patient', id: 'kit-never' }), refusal));

scenario('vread', async () => {
  await put('kit-vread', { active: true });
  await put('kit-vread', { active: false });
  return {
    first: answer(await client.vread({ resourceType: 'Patient', id: 'kit-vread', version: '1' })),
    second: answer(await client.vread({ resourceType: 'Patient', id: 'kit-vread', version: '2' })),
    third: await refused(client.vread({ resourceType: 'Patient', id: 'kit-vread', version: '3' }), refusal),
  };
});

scenario('updateIfMatch', async () => {
  const created = await put('kit-match', { active: true });
  const update = (version) => client.update({
    resourceType: 'Patient', id: 'kit-match', body: patient('kit-match', { active: false }), options: { headers: { 'If-Match': `W/"${version}"` } },
  });
  return { created: answer(created), updated: answer(await update(1)), stale: await refused(update(1), refusal) };
});

scenario('patch', async () => {
  await put('kit-patch', { active: true, birthDate: '1970-01-01' });
  const patch = (jsonPatch, headers) => client.patch({ resourceType: 'Patient', id: 'kit-patch', jsonPatch, options: { headers } });
  return {
    patched: answer(await patch([{ op: 'replace', path: '/birthDate', value: '1971' }, { op: 'remove', path: '/active' }])),
    tested: await refused(patch([{ op: 'test', path: '/birthDate', value: '1970' }]), refusal),
    stale: await refused(patch([{ op: 'add', path: '/active', value: true }], { 'If-Match': 'W/"1"' }), refusal),
  };
});

scenario('delete', async () => {
  await put('kit-delete', { active: true });
  const deleted = await client.delete({ resourceType: 'Patient', id: 'kit-delete' });
  return {
    status: Client.httpFor(deleted).response.status,
    body: deleted,
    read: await refused(client.read({ resourceType: 'Patient', id: 'kit-delete' }), refusal),
  };
});

scenario('searchPages', async () => {
  for (let i = 0; i < 7; i++) await put(`kit-page-${i}`, { name: [{ family: 'Kitpage', given: [`g${i}`] }] });
  const pages = [];
  let bundle = await client.resourceSearch({ resourceType: 'Patient', searchParams: { family: 'Kitpage', _sort: 'given', _count: 3 } });
  const total = bundle.total;
  let back;
  while (bundle) {
    pages.push(ids(bundle));
    const next = client.nextPage({ bundle });
    if (!next) break;
    const previous = bundle;
    bundle = await next;
    const link = client.prevPage({ bundle });
    if (link) back = ids(await link).join() === ids(previous).join();
  }
  return { total, pages, back: back ?? 'no previous link' };
});

scenario('searchAnswer', async () => {
  await put('kit-search', { identifier: [{ system: 'http://example.org/kit', value: 'a|b' }] });
  return unlinked(await client.search({ resourceType: 'Patient', searchParams: { identifier: 'http://example.org/kit|a\\|b' } }));
});

scenario('searchPost', async () => {
  await put('kit-post', { identifier: [{ system: 'http://example.org/kit', value: 'ä & ö' }] });
  const found = await client.resourceSearch({
    resourceType: 'Patient', searchParams: { identifier: 'http://example.org/kit|ä & ö' }, options: { postSearch: true },
  });
  return { total: found.total, ids: ids(found) };
});

scenario('searchSystem', async () => {
  await put('kit-system', { active: true });
  try {
    const found = await client.systemSearch({ searchParams: { _id: 'kit-system', _type: 'Patient' } });
    return { total: found.total, ids: ids(found) };
  } catch (error) {
    return refusal(error);
  }
});

scenario('searchRefused', () =>
  refused(client.resourceSearch({ resourceType: 'Patient', searchParams: { birthdate: 'yesterday' } }), refusal));

scenario('history', async () => {
  await put('kit-history', { active: true });
  await put('kit-history', { active: false });
  await client.delete({ resourceType: 'Patient', id: 'kit-history' });
  const line = (bundle) => ({ type: bundle.type, entries: bundle.entry.filter((entry) => entry.fullUrl.endsWith('kit-history')).map((entry) => [entry.request.method, entry.response.status, entry.resource?.active]) });
  return {
    resource: line(await client.resourceHistory({ resourceType: 'Patient', id: 'kit-history' })),
    type: line(await client.typeHistory({ resourceType: 'Patient' })),
    system: line(await client.systemHistory()),
    unknown: await refused(client.history({ resourceType: 'Patient', id: 'kit-never' }), refusal),
  };
});

scenario('batch', async () => {
  await put('kit-batch', { active: true });
  return client.batch({
    body: {
      resourceType: 'Bundle', type: 'batch', entry: [
        { request: { method: 'GET', url: 'Patient/kit-batch' } },
        { request: { method: 'GET', url: 'Patient/kit-never' } },
        { request: { method: 'DELETE', url: 'Patient/kit-batch' } },
      ],
    },
  });
});

scenario('transaction', async () => {
  const mother = 'urn:uuid:05efabf0-4be2-4561-91ce-51548425acb9';
  const done = await client.transaction({
    body: {
      resourceType: 'Bundle', type: 'transaction', entry: [
        { fullUrl: mother, resource: patient(null, { name: [{ family: 'Kittransaction' }] }), request: { method: 'POST', url: 'Patient' } },
        {
          resource: { resourceType: 'RelatedPerson', id: 'kit-related', patient: { reference: mother } },
          request: { method: 'PUT', url: 'RelatedPerson/kit-related' },
        },
      ],
    },
  });
  const related = await client.read({ resourceType: 'RelatedPerson', id: 'kit-related' });
  called('mother', related.patient.reference.split('/')[1]);
  const resolved = await client.resolve({ reference: related.patient.reference });
  return { done, related, resolved };
});

scenario('transactionRefused', async () => ({
  refusal: await refused(client.transaction({
    body: {
      resourceType: 'Bundle', type: 'transaction', entry: [
        { resource: patient('kit-all-or-none', { active: true }), request: { method: 'PUT', url: 'Patient/kit-all-or-none' } },
        { resource: patient('kit-other', { gender: 'm' }), request: { method: 'PUT', url: 'Patient/kit-other' } },
      ],
    },
  }), refusal),
  none: (await refused(client.read({ resourceType: 'Patient', id: 'kit-all-or-none' }), refusal)).status,
}));

scenario('operations', async () => {
  await put('kit-operation', { active: true, birthDate: '1970' });
  return {
    system: await client.operation({ name: 'validate', resourceType: 'Patient', input: patient(null, { gender: 'm' }) }),
    instance: await client.operation({ name: '$fhirpath', resourceType: 'Patient', id: 'kit-operation', method: 'GET', input: { expression: 'birthDate' } }),
    unknown: await refused(client.operation({ name: 'nowhere', method: 'GET' }), refusal),
  };
});

scenario('resolve', async () => {
  await client.update({ resourceType: 'Organization', id: 'kit-organization', body: { resourceType: 'Organization', id: 'kit-organization', name: 'Kit' } });
  const holder = await put('kit-resolve', {
    contained: [{ resourceType: 'Organization', id: 'inside', name: 'Inside' }],
    managingOrganization: { reference: '#inside' },
  });
  return {
    relative: (await client.resolve({ reference: 'Organization/kit-organization' })).name,
    absolute: (await client.resolve({ reference: `${base}/Organization/kit-organization` })).name,
    contained: (await client.resolve({ reference: '#inside', context: holder })).name,
    missing: await refused(client.resolve({ reference: 'Organization/kit-never' }), refusal),
  };
});

await runAll();
