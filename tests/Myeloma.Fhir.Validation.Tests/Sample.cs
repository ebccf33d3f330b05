using System.Text;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Validation.Tests;

/// <summary>Resources written in a test, and what the validator says of them.</summary>
internal static class Sample
{
    private static readonly Validator Plain = new();

    public static ResourceDocument Resource(string json) => ResourceDocument.Parse(Encoding.UTF8.GetBytes(json));

    /// <summary>The issues as <c>severity message-id expression</c>.</summary>
    public static string[] Findings(string json, ValidationOptions? options = null) => Shown(Plain.Validate(Resource(json), options));

    /// <summary>As <see cref="Findings(string, ValidationOptions?)"/>, with further definitions known.</summary>
    public static string[] Findings(string json, string[] definitions, ValidationOptions? options = null) =>
        Shown(With(definitions).Validate(Resource(json), options));

    public static Validator With(params string[] definitions) => new(new ValidatorSettings { Definitions = Source(definitions.Select(Resource)) });

    public static Func<string, ResourceDocument?> Source(IEnumerable<ResourceDocument> resources)
    {
        var byUrl = new Dictionary<string, ResourceDocument>(StringComparer.Ordinal);
        foreach (var resource in resources)
            if (resource.Root.TextOf("url") is { } url) byUrl[url] = resource;
        return canonical => byUrl.GetValueOrDefault(canonical.Split('|')[0]);
    }

    public static string[] Shown(IEnumerable<Issue> issues) =>
        [.. issues.Select(issue => $"{issue.Severity.Code()} {issue.MessageId} {issue.Expression}")];

    /// <summary>A profile of a type: the elements of a differential, without their brackets.</summary>
    public static string Profile(string name, string type, string elements, string? baseDefinition = null) => $$$"""
        {"resourceType":"StructureDefinition","id":"{{{name}}}","url":"http://example.org/{{{name}}}","name":"{{{name}}}","status":"active","kind":"resource","abstract":false,
         "type":"{{{type}}}","baseDefinition":"{{{baseDefinition ?? "http://hl7.org/fhir/StructureDefinition/" + type}}}","derivation":"constraint",
         "differential":{"element":[{{{elements}}}]}}
        """;
}
