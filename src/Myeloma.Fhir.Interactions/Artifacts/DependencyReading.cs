using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Interactions.Artifacts;

/// <summary>What a resource depends on: the canonicals, code systems, extensions and references in it, those of contained resources among them.</summary>
/// <remarks>
/// https://hl7.org/fhir/uv/crmi/distribution.html#dependency-tracing. Related artifacts count where they are depends-on or composed-of; predecessors, sources and citations
/// do not. Of a StructureDefinition its differential counts: the rest of the snapshot is its base's.
/// </remarks>
internal sealed class DependencyReading
{
    private readonly List<Dependency> found = [];
    private readonly HashSet<(DependencyKind, string, string?)> seen = [];
    private readonly HashSet<string> contained = new(StringComparer.Ordinal);

    /// <returns>Each once, at its first place, in the order of the document.</returns>
    public static IReadOnlyList<Dependency> Of(ResourceDocument document)
    {
        var reading = new DependencyReading();
        foreach (var inside in document.Root.Children("contained"))
            if (inside.TextOf("url") is { } url) reading.contained.Add(url);
        reading.Walk(document.Root);
        return reading.found;
    }

    private void Walk(Element parent)
    {
        foreach (var child in parent.Children())
        {
            if (child.IsPrimitive) Primitive(parent, child);
            else Complex(parent, child);
        }
    }

    private void Primitive(Element parent, Element child)
    {
        if (child.Type.Name == "canonical")
        {
            if (parent.Type.Name == "RelatedArtifact" && parent.TextOf("type") is not ("depends-on" or "composed-of")) return;

            // A code system names the value set of all its codes, which need not be written down.
            Canonical(child, isOptional: parent.Type.Name == "CodeSystem" && child.Name == "valueSet");
        }
        else if (child.Type.Name == "uri" && (parent.Type.Name, child.Name) is ("Extension", "url") or ("Expression", "reference") or ("Questionnaire.item", "definition"))
        {
            // The urls of extensions inside extensions are names, no canonicals.
            if (child.Text?.Contains(':', StringComparison.Ordinal) == true) Canonical(child);
        }

        Walk(child);
    }

    private void Complex(Element parent, Element child)
    {
        switch (child.Type.Name)
        {
            case "Narrative":
            case "StructureDefinition.snapshot" when parent.Child("differential") is not null:
                return;
            case "Reference":
                if (child.Child("reference") is { Text: { Length: > 0 } reference } place && reference[0] != '#' && !reference.StartsWith("urn:", StringComparison.Ordinal))
                    Add(DependencyKind.Literal, reference, null, place);
                break;
            case "StructureDefinition.context":
                // An extension inside another one names it as its place, in an element of type string.
                if (child.TextOf("type") == "extension" && child.Child("expression") is { } extended) Canonical(extended, isOptional: true);
                break;
            case "ConceptMap.group":
                System(child, "source", "sourceVersion");
                System(child, "target", "targetVersion");
                break;
            case "Coding" or "ValueSet.compose.include":
                System(child, "system", "version");
                break;
            default:
                if (child.Type.IsA("Quantity")) System(child, "system", null);
                break;
        }

        Walk(child);
    }

    private void System(Element element, string name, string? version)
    {
        if (element.Child(name) is { Text: { Length: > 0 } system } place) Add(DependencyKind.CodeSystem, system, version is null ? null : element.TextOf(version), place);
    }

    private void Canonical(Element place, bool isOptional = false)
    {
        if (place.Text is not { Length: > 0 } text || text[0] == '#') return;
        var url = text.Split('#')[0];
        var bar = url.IndexOf('|', StringComparison.Ordinal);
        var (target, version) = bar < 0 ? (url, null) : (url[..bar], url[(bar + 1)..]);
        if (!contained.Contains(target)) Add(DependencyKind.Canonical, target, version, place, isOptional);
    }

    private void Add(DependencyKind kind, string target, string? version, Element place, bool isOptional = false)
    {
        if (seen.Add((kind, target, version))) found.Add(new Dependency(kind, target, version, place, isOptional));
    }
}
