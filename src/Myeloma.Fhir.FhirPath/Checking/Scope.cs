namespace Myeloma.Fhir.FhirPath.Checking;

/// <summary>What <c>$this</c>, <c>$index</c> and <c>$total</c> are where a node stands.</summary>
/// <param name="Index">Null outside of functions that go item by item.</param>
/// <param name="Total">Null outside of aggregate().</param>
internal sealed record Scope(Typing This, Typing? Index = null, Typing? Total = null)
{
    /// <summary>Inside the argument of a function that goes through <paramref name="items"/> one by one.</summary>
    public Scope ForItemsOf(Typing items) => this with { This = items.Single, Index = Typing.System("Integer") };
}
