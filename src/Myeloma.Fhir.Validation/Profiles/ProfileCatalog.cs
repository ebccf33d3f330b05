using System.Collections.Concurrent;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Validation.Profiles;

/// <summary>Profiles and extension definitions by canonical; compiled when first asked for, shared by threads.</summary>
internal sealed class ProfileCatalog(R4Schema schema, Func<string, ResourceDocument?>? definitions)
{
    private const string Base = "http://hl7.org/fhir/StructureDefinition/";

    /// <summary>Compiled profiles kept; beyond, all are forgotten and those in use compiled again.</summary>
    private const int MaxTrees = 5_000;

    private readonly ConcurrentDictionary<string, ProfileTree> trees = new(StringComparer.Ordinal);

    public R4Schema Schema => schema;

    /// <summary>The type whose base definition a canonical names; null when it is no base definition of R4.</summary>
    public string? FindBase(string canonical)
    {
        if (!canonical.StartsWith(Base, StringComparison.Ordinal)) return null;
        var name = Canonicals.Url(canonical)[Base.Length..];
        return schema.FindType(name) is { Kind: not TypeKind.Backbone } ? name : null;
    }

    /// <summary>The compiled profile; null when it is not known.</summary>
    public ProfileTree? Find(string canonical) => Find(canonical, []);

    /// <param name="chain">Canonicals that are being compiled: none of them is asked for again.</param>
    internal ProfileTree? Find(string canonical, IReadOnlyList<string> chain)
    {
        if (trees.TryGetValue(canonical, out var known)) return known;
        if (chain.Contains(canonical)) return null;
        var document = definitions?.Invoke(canonical) ?? PublishedProfiles.Find(canonical, schema);

        // Canonicals come out of what is validated, so that what is not known, and versions that nothing tells apart, must not fill the memory.
        if (document is not { ResourceType: "StructureDefinition" }) return null;
        if (trees.Count >= MaxTrees) trees.Clear();
        return trees.GetOrAdd(canonical, Compile(document, canonical, [.. chain, canonical]));
    }

    private ProfileTree Compile(ResourceDocument document, string canonical, IReadOnlyList<string> chain)
    {
        try
        {
            return new ProfileCompiler(this, document.Root, chain).Compile();
        }
        catch (FhirException exception)
        {
            var nothing = new ProfileNode { Path = "", Label = "", Name = "" };
            return new ProfileTree(Canonicals.Url(canonical), document.Root.TextOf("type") ?? "", nothing, null, [], exception.Message);
        }
    }
}
