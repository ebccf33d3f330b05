namespace Myeloma.Fhir.Store.Writing;

/// <summary>Search parameters changed since the extraction was made; the transaction is rolled back and run again. Never leaves the store.</summary>
internal sealed class StaleExtractionException : Exception;
