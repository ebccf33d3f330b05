using Myeloma.Fhir.Interactions.Patching;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Interactions.Bundles;

/// <summary>One entry of a transaction or batch, its request understood. https://hl7.org/fhir/R4/bundle.html#transaction</summary>
/// <param name="Index">Zero-based position in the bundle; answers keep this order.</param>
/// <param name="Method">GET, HEAD, POST, PUT, PATCH or DELETE.</param>
/// <param name="Query">After the question mark, still encoded; empty when there is none.</param>
/// <param name="FullUrl">As written; null when absent.</param>
/// <param name="Resource">For POST and PUT, and for PATCH once it is made, with <c>Patient</c> rather than <c>Bundle.entry[i].resource</c> as its root; null for the others, and for an operation without input.</param>
/// <param name="IfMatch">The version that has to be current; null when none was given.</param>
/// <param name="IfNoneMatch">Entity tags as written; null when absent.</param>
internal sealed record BundleEntry(
    int Index,
    string Method,
    RequestTarget Target,
    string Query,
    string? FullUrl,
    ResourceDocument? Resource,
    int? IfMatch,
    string? IfNoneMatch)
{
    /// <summary>What a PATCH does; null for the others.</summary>
    public PatchDocument? Patch { get; init; }

    /// <summary>Whether <see cref="IfMatch"/> is the version a PATCH was made of, and not one the client named.</summary>
    public bool GivesWay { get; init; }

    /// <summary>What selects the resource of a conditional create (ifNoneExist), update or delete (the query), still encoded; null for the others.</summary>
    public string? Criteria { get; init; }

    /// <summary>Whether a PUT is only done when there is nothing yet: ifNoneMatch <c>*</c>.</summary>
    public bool OnlyIfAbsent => Method == "PUT" && IfNoneMatch is not null;

    /// <summary>Whether the entry invokes an operation.</summary>
    public bool IsOperation => Target.Operation is not null;

    /// <summary><c>Bundle.entry[3]</c></summary>
    public string Expression => $"Bundle.entry[{Index}]";
}
