using Myeloma.Fhir.Interactions.Requests;

namespace Myeloma.Fhir.Interactions.Capabilities;

/// <summary>One interaction of the RESTful API that this server has: what the CapabilityStatement and the OpenAPI document are made of.</summary>
/// <param name="Code">Of https://hl7.org/fhir/R4/valueset-type-restful-interaction.html or https://hl7.org/fhir/R4/valueset-system-restful-interaction.html.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="Place">Where it is.</param>
/// <param name="Summary">What it does, in a few words.</param>
/// <remarks>https://hl7.org/fhir/R4/http.html#summary</remarks>
public sealed record OfferedInteraction(string Code, string Method, TargetKind Place, string Summary)
{
    /// <summary>Those on every resource type.</summary>
    public static IReadOnlyList<OfferedInteraction> OfTypes { get; } =
    [
        new("read", "GET", TargetKind.Instance, "The current version of a resource"),
        new("vread", "GET", TargetKind.Version, "One version of a resource"),
        new("update", "PUT", TargetKind.Instance, "A new version of a resource, or its first one under an id of the client's"),
        new("patch", "PATCH", TargetKind.Instance, "A new version of a resource, told by what changes"),
        new("delete", "DELETE", TargetKind.Instance, "Delete a resource; its history stays"),
        new("history-instance", "GET", TargetKind.InstanceHistory, "The versions of a resource, newest first"),
        new("history-type", "GET", TargetKind.TypeHistory, "The versions of all resources of a type, newest first"),
        new("create", "POST", TargetKind.Type, "A new resource under an id of the server's"),
        new("search-type", "GET", TargetKind.Type, "The resources of a type for which all criteria hold"),
    ];

    /// <summary>Those of the whole system, but <c>capabilities</c>, which no code names.</summary>
    public static IReadOnlyList<OfferedInteraction> OfSystem { get; } =
    [
        new("transaction", "POST", TargetKind.System, "Entries that are done all or none"),
        new("batch", "POST", TargetKind.System, "Entries that are done each by itself"),
        new("search-system", "GET", TargetKind.System, "The resources of all types, or of several, for which all criteria hold"),
        new("history-system", "GET", TargetKind.SystemHistory, "The versions of all resources, newest first"),
    ];

    /// <summary>Whether a create with <c>If-None-Exist</c> is done. https://hl7.org/fhir/R4/http.html#ccreate</summary>
    public static bool ConditionalCreate => true;

    /// <summary>Whether an update names its resource by criteria. https://hl7.org/fhir/R4/http.html#cond-update</summary>
    public static bool ConditionalUpdate => true;

    /// <summary>Whether a patch names its resource by criteria; the CapabilityStatement of R4 has no word for it. https://hl7.org/fhir/R4/http.html#patch</summary>
    public static bool ConditionalPatch => true;

    /// <summary><c>not-supported</c>, <c>single</c> or <c>multiple</c>. https://hl7.org/fhir/R4/http.html#2.1.0.12.1</summary>
    public static string ConditionalDelete(bool deletesSeveral) => deletesSeveral ? "multiple" : "single";

    /// <summary>Which of the conditions a read may carry: If-Modified-Since and If-None-Match. https://hl7.org/fhir/R4/http.html#cread</summary>
    public static string ConditionalRead => "full-support";
}
