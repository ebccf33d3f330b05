using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Interactions.Sources;

/// <summary>What a Provenance records of one place behind one element.</summary>
/// <param name="Element">FHIRPath from the root; the resource type for the resource as a whole.</param>
/// <param name="Statement">What reviews know the statement by; null when it has no name.</param>
/// <param name="Rule">Null when it is not recorded, as the two after it.</param>
/// <param name="Loader">The program, with its version.</param>
/// <param name="Provenance"><c>Provenance/x</c>.</param>
/// <param name="Written">When that was stored; null when it does not say.</param>
public sealed record RecordedSource(string Element, SourcePlace Place, string? Statement, string? Rule, string? Section, string? Loader, string Provenance, DateTimeOffset? Written);

/// <summary>Reads Provenance resources that tell where a resource was taken from. https://hl7.org/fhir/R4/provenance.html</summary>
public static class RecordedSources
{
    internal const string SourceStatement = "http://myeloma-fhir.org/fhir/StructureDefinition/source-statement";

    /// <param name="target">The reference that it is about, <c>PlanDefinition/x</c>: what a Provenance says of other targets is left out by its caller.</param>
    /// <returns>In the order of the Provenance; a place that names no element stands behind the resource as a whole.</returns>
    public static IEnumerable<RecordedSource> Of(ResourceDocument provenance, string target)
    {
        var type = target[..target.IndexOf('/', StringComparison.Ordinal)];
        var loader = LoaderOf(provenance.Root);
        var own = $"Provenance/{provenance.Id}";
        var written = provenance.Root.Child("meta") is { } meta ? AsRead.MomentOf(meta) : null;
        foreach (var entity in provenance.Root.Children("entity"))
        {
            if (entity.TextOf("role") != "source") continue;
            foreach (var extension in entity.Children("extension"))
            {
                if (extension.TextOf("url") != StatedElements.DerivationReference || StatedElements.PlaceOf(extension) is not { } place) continue;
                var named = false;
                foreach (var part in extension.Children("extension"))
                {
                    if (part.TextOf("url") != SourceStatement) continue;
                    named = true;
                    yield return new RecordedSource(Part(part, "element") ?? type, place, Part(part, "statement"), Part(part, "rule"), Part(part, "section"), loader, own, written);
                }

                if (!named) yield return new RecordedSource(type, place, null, null, null, loader, own, written);
            }
        }
    }

    private static string? LoaderOf(Element provenance)
    {
        foreach (var agent in provenance.Children("agent"))
            if (agent.Child("who") is { } who && who.TextOf("reference")?.StartsWith("Device/", StringComparison.Ordinal) == true) return who.TextOf("display") ?? who.TextOf("reference");
        return null;
    }

    private static string? Part(Element extension, string name)
    {
        foreach (var part in extension.Children("extension"))
            if (part.TextOf("url") == name) return part.TextOf("value");
        return null;
    }
}
