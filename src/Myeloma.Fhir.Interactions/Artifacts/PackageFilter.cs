using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Interactions.Artifacts;

/// <summary>Which of the resources found go into a package: <c>include</c>, <c>includeUri</c>, <c>exclude</c>, <c>excludeUri</c>, <c>packageOnly</c>.</summary>
/// <remarks>https://hl7.org/fhir/uv/crmi/OperationDefinition-crmi-package.html. Excluding counts more than including.</remarks>
internal sealed class PackageFilter
{
    private static readonly string[] Categories = ["all", "artifact", "canonical", "terminology", "conformance", "profiles", "extensions", "knowledge", "tests", "examples"];

    private readonly ResourceDocument root;
    private readonly IReadOnlyList<string> include, includeUri, exclude, excludeUri;
    private readonly string? packageBase;

    /// <exception cref="FhirException"><c>invalid</c>: a word that is neither a category nor a resource type.</exception>
    public PackageFilter(OperationRequest request, ResourceDocument root)
    {
        this.root = root;
        (include, includeUri, exclude, excludeUri) = (request.Texts("include"), request.Texts("includeUri"), request.Texts("exclude"), request.Texts("excludeUri"));
        packageBase = request.Boolean("packageOnly") == true ? BaseOf(root) : null;
        List<Issue> faults = [.. request.Arguments("include").Concat(request.Arguments("exclude"))
            .Where(argument => !Categories.Contains(argument.Text) && !R4Schema.Instance.IsResourceType(argument.Text!))
            .Select(argument => Issue.Invalid($"The parameter '{argument.Name}' is a resource type or one of {string.Join(", ", Categories)}, not '{argument.Text}'.", argument.Expression))];
        if (faults.Count > 0) throw new FhirException(faults);
    }

    public bool Takes(ResourceDocument document)
    {
        if (packageBase is not null && BaseOf(document) is { } own && own != packageBase) return false;
        if (exclude.Any(word => IsOf(word, document)) || excludeUri.Any(uri => IsNamed(uri, document))) return false;
        return include.Count + includeUri.Count == 0 || include.Any(word => IsOf(word, document)) || includeUri.Any(uri => IsNamed(uri, document));
    }

    private bool IsOf(string word, ResourceDocument document)
    {
        var isExtension = document.Root.TextOf("type") == "Extension";
        return word switch
        {
            "all" => true,
            "artifact" => ReferenceEquals(document, root),
            "canonical" => document.Root.TextOf("url") is not null || HasArtifactUrl(document.Root),
            "terminology" => document.ResourceType is "CodeSystem" or "ValueSet" or "NamingSystem" or "ConceptMap",
            "conformance" => document.ResourceType is "StructureDefinition" or "StructureMap" or "SearchParameter" or "CompartmentDefinition",
            "profiles" => document.ResourceType == "StructureDefinition" && !isExtension && document.Root.TextOf("derivation") == "constraint",
            "extensions" => document.ResourceType == "StructureDefinition" && isExtension,
            "knowledge" => document.ResourceType is "ActivityDefinition" or "Library" or "PlanDefinition" or "Measure" or "Questionnaire",

            // Nothing that is stored here says of itself that it is a test or an example.
            "tests" or "examples" => false,
            _ => document.ResourceType == word,
        };
    }

    private static bool IsNamed(string uri, ResourceDocument document)
    {
        var parts = uri.Split('|');
        return document.Root.TextOf("url") == parts[0] && (parts.Length == 1 || document.Root.TextOf("version") == parts[1]);
    }

    private static bool HasArtifactUrl(Element resource)
    {
        foreach (var extension in resource.Children("extension"))
            if (extension.TextOf("url") == "http://hl7.org/fhir/StructureDefinition/artifact-url") return true;
        return false;
    }

    /// <summary>What the urls of an implementation guide have in common: the part before the resource type; null for what has no url.</summary>
    private static string? BaseOf(ResourceDocument document) =>
        document.Root.TextOf("url") is { } url && url.LastIndexOf($"/{document.ResourceType}/", StringComparison.Ordinal) is > 0 and var at ? url[..at] : null;
}
