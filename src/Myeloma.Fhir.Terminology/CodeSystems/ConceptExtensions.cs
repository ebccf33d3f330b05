namespace Myeloma.Fhir.Terminology.CodeSystems;

/// <summary>Extensions of concepts that terminology knows, and what they say. Others are passed over.</summary>
/// <remarks>https://hl7.org/fhir/R4/codesystem-extensions.html, https://hl7.org/fhir/R4/valueset-extensions.html</remarks>
internal static class ConceptExtensions
{
    public const string StandardsStatus = "http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status";
    public const string Supplement = "http://hl7.org/fhir/StructureDefinition/valueset-supplement";
    public const string ExpansionParameter = "http://hl7.org/fhir/StructureDefinition/valueset-expansion-parameter";
    public const string Unclosed = "http://hl7.org/fhir/StructureDefinition/valueset-unclosed";
    public const string Deprecated = "http://hl7.org/fhir/StructureDefinition/valueset-deprecated";

    /// <summary>Extensions that became properties of an expansion.</summary>
    private static readonly Dictionary<string, string> Properties = new(StringComparer.Ordinal)
    {
        ["http://hl7.org/fhir/StructureDefinition/itemWeight"] = "weight",
        ["http://hl7.org/fhir/StructureDefinition/ordinalValue"] = "weight",
        ["http://hl7.org/fhir/StructureDefinition/codesystem-label"] = "label",
        ["http://hl7.org/fhir/StructureDefinition/valueset-label"] = "label",
        ["http://hl7.org/fhir/StructureDefinition/codesystem-conceptOrder"] = "order",
        ["http://hl7.org/fhir/StructureDefinition/valueset-conceptOrder"] = "order",
    };

    /// <summary>Extensions that stay what they are in an expansion.</summary>
    private static readonly HashSet<string> PassedOn = new(StringComparer.Ordinal)
    {
        "http://hl7.org/fhir/StructureDefinition/rendering-style",
        "http://hl7.org/fhir/StructureDefinition/rendering-xhtml",
        "http://hl7.org/fhir/StructureDefinition/valueset-concept-definition",
        "http://hl7.org/fhir/StructureDefinition/coding-sctdescid",
        "http://hl7.org/fhir/StructureDefinition/codesystem-alternate",
        StandardsStatus,
        Deprecated,
    };

    /// <summary>The property that an extension stands for: <c>weight</c>, <c>label</c> or <c>order</c>; null for others.</summary>
    public static string? PropertyOf(string url) => Properties.GetValueOrDefault(url);

    public static bool IsKept(string url) => PassedOn.Contains(url);

    /// <summary>Canonical meaning of the properties that expansions state, by code.</summary>
    public static string? UriOf(string property) => property switch
    {
        "weight" => "http://hl7.org/fhir/concept-properties#itemWeight",
        "label" or "order" or "status" or "definition" or "inactive" or "notSelectable" or "parent" or "child" or "deprecationDate" or "comments" =>
            $"http://hl7.org/fhir/concept-properties#{property}",
        _ => null,
    };
}
