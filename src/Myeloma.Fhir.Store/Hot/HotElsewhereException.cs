namespace Myeloma.Fhir.Store.Hot;

/// <summary>Another server may give out what this write supersedes: it is to be barred first, and the write begun again.</summary>
internal sealed class HotElsewhereException : Exception;
