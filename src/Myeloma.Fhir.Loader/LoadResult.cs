using Myeloma.Fhir.Loader.Report;

namespace Myeloma.Fhir.Loader;

/// <summary>What documents give: the resources and the account of how they came about.</summary>
/// <param name="Resources">In ordinal order of type and id; each once. Provenance included.</param>
public sealed record LoadResult(IReadOnlyList<BuiltResource> Resources, LoadReport Report);
