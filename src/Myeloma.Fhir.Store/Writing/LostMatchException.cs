namespace Myeloma.Fhir.Store.Writing;

/// <summary>What a condition found was changed before it could be locked; the transaction is rolled back and run again. Never leaves the store.</summary>
internal sealed class LostMatchException : Exception;
