using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology;

namespace Myeloma.Fhir.Interactions.Terminology;

/// <summary>What a manifest says for an operation of terminology: the parameters it holds, and the versions of what it depends on. What the request says counts more.</summary>
/// <remarks>https://hl7.org/fhir/uv/crmi/StructureDefinition-crmi-manifestable-operation.html</remarks>
internal static class ManifestArguments
{
    /// <summary>The parameters that name one.</summary>
    public static readonly OperationParameter[] Parameters = [new("manifest", "canonical"), new("manifestParameters", "Parameters")];

    private const string ExpansionParameters = "http://hl7.org/fhir/StructureDefinition/cqf-expansionParameters";

    /// <param name="versions">All versions of what a url names, the one first that is meant without a version.</param>
    /// <returns>None when the request names no manifest.</returns>
    /// <exception cref="FhirException"><c>not-found</c>: the manifest; <c>invalid</c>: it is given in two ways.</exception>
    public static IEnumerable<TerminologyArgument> Of(OperationRequest request, Func<string, IReadOnlyList<ResourceDocument>> versions)
    {
        var named = request.Text("manifest");
        if (named is not null && request.Arguments("manifestParameters").Any())
            throw new FhirException(Issue.Invalid("The parameters 'manifest' and 'manifestParameters' exclude each other; give one of them."));
        List<(string Name, Element? Parameter, string? Text)> found = [];
        if (request.TryResource("manifestParameters", out var parameters)) found.AddRange(Held(parameters.Document.Root));
        if (named is not null)
        {
            var parts = named.Split('|', 2);
            var manifest = versions(parts[0]).FirstOrDefault(document => document.ResourceType == "Library" && (parts.Length == 1 || document.Root.TextOf("version") == parts[1]))
                ?? throw new FhirException(Issue.NotFound($"The manifest {named} is not known here as a Library."));
            foreach (var held in ParametersOf(manifest.Root)) found.AddRange(Held(held));
            foreach (var related in manifest.Root.Children("relatedArtifact"))
                if (related.TextOf("type") is "depends-on" or "composed-of" && related.TextOf("resource") is { } canonical && canonical.Contains('|', StringComparison.Ordinal))
                    found.Add(("canonicalVersion", null, canonical));
        }

        HashSet<string> bound = [.. request.All.Where(argument => IsVersion(argument.Name) && argument.Text is not null).Select(argument => argument.Text!.Split('|')[0])];
        foreach (var (name, parameter, text) in found)
        {
            // A version of no certain kind is of what the url names here; what is not here is taken for a code system.
            var meant = name is "canonicalVersion" or "default-canonical-version" ? VersionNameOf(text, versions) : name;
            if (meant is null || request.Definition.FindParameter(meant) is not { } defined) continue;
            if (IsVersion(meant) ? text is null || !bound.Add(text.Split('|')[0]) : defined.Max == 1 && request.Arguments(meant).Any()) continue;
            yield return new TerminologyArgument(meant, text, parameter);
        }
    }

    private static bool IsVersion(string name) => name.EndsWith("-version", StringComparison.Ordinal);

    private static string? VersionNameOf(string? canonical, Func<string, IReadOnlyList<ResourceDocument>> versions) => canonical is null ? null : versions(canonical.Split('|')[0]) switch
    {
        [] => "system-version",
        [{ ResourceType: "CodeSystem" }, ..] => "system-version",
        [{ ResourceType: "ValueSet" }, ..] => "default-valueset-version",
        _ => null,
    };

    /// <summary>The Parameters that the manifest points at; where it points at none, all it contains.</summary>
    private static IEnumerable<Element> ParametersOf(Element manifest)
    {
        string? id = null;
        foreach (var extension in manifest.Children("extension"))
            if (extension.TextOf("url") == ExpansionParameters) id = extension.Child("value")?.TextOf("reference")?.TrimStart('#');
        foreach (var contained in manifest.Children("contained"))
            if (contained.Type.Name == "Parameters" && (id is null || contained.TextOf("id") == id)) yield return contained;
    }

    private static IEnumerable<(string, Element?, string?)> Held(Element parameters)
    {
        foreach (var parameter in parameters.Children("parameter"))
            if (parameter.TextOf("name") is { } name) yield return (name, parameter, parameter.Child("value") is { IsPrimitive: true } value ? value.Text : null);
    }
}
