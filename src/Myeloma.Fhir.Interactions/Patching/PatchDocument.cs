using System.Diagnostics;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Patch;

namespace Myeloma.Fhir.Interactions.Patching;

/// <summary>A patch in one of the languages that R4 names. https://hl7.org/fhir/R4/http.html#patch</summary>
public abstract record PatchDocument
{
    public const string JsonType = "application/json-patch+json";
    public const string XmlType = "application/xml-patch+xml";

    /// <summary>What a PATCH may be sent as, for CapabilityStatement.patchFormat and Accept-Patch.</summary>
    public static IReadOnlyList<string> MediaTypes { get; } = ["application/fhir+json", "application/fhir+xml", JsonType, XmlType];

    private PatchDocument()
    {
    }

    /// <summary>JSON Patch, RFC 6902.</summary>
    public sealed record Json(ReadOnlyMemory<byte> Text) : PatchDocument;

    /// <summary>XML Patch, RFC 5261.</summary>
    public sealed record Xml(ReadOnlyMemory<byte> Text) : PatchDocument;

    /// <summary>FHIRPath Patch: Parameters.</summary>
    public sealed record FhirPath(ResourceDocument Parameters) : PatchDocument;

    /// <returns>The patched resource as JSON; not checked.</returns>
    /// <exception cref="FhirException">The patch is broken or does not fit the resource.</exception>
    public ReadOnlyMemory<byte> ApplyTo(ResourceDocument resource, PatchLimits limits) => this switch
    {
        Json json => JsonPatch.Apply(resource, json.Text, limits),
        Xml xml => XmlPatch.Apply(resource, xml.Text, limits),
        FhirPath path => FhirPathPatch.Apply(resource, path.Parameters, limits).Bytes,
        _ => throw new UnreachableException(),
    };

    /// <summary>The patch of a bundle's entry: Parameters, or a Binary that holds a JSON or XML Patch. https://hl7.org/fhir/R4/http.html#transaction</summary>
    /// <param name="expression">Where the resource stands.</param>
    /// <exception cref="FhirException"><c>invalid</c>: another resource, or a Binary of another type or without data.</exception>
    public static PatchDocument Of(ResourceDocument resource, string expression)
    {
        if (resource.ResourceType == "Parameters") return new FhirPath(resource);
        if (resource.ResourceType != "Binary")
            throw new FhirException(Issue.Invalid($"A PATCH in a bundle brings Parameters (FHIRPath Patch), or a Binary with a JSON or XML Patch, not {resource.ResourceType}.", expression));

        var type = resource.Root.TextOf("contentType") ?? "";
        var media = type.Split(';')[0].Trim();
        if (resource.Root.TextOf("data") is not { } data)
            throw new FhirException(Issue.Required("The Binary holds no data; the patch was expected there, in base64.", $"{expression}.data"));
        var text = Convert.FromBase64String(data);
        if (media.Equals(JsonType, StringComparison.OrdinalIgnoreCase)) return new Json(text);
        return media.Equals(XmlType, StringComparison.OrdinalIgnoreCase)
            ? new Xml(text)
            : throw new FhirException(Issue.Invalid($"A patch in a Binary is {JsonType} or {XmlType}, not '{type}'.", $"{expression}.contentType"));
    }
}
