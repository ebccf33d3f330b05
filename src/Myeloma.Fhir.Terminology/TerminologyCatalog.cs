using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Myeloma.Fhir.Model.Canonicals;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Terminology.Caching;
using Myeloma.Fhir.Terminology.Capabilities;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.Forms;
using Myeloma.Fhir.Terminology.Grammars;
using Myeloma.Fhir.Terminology.ValueSets;

namespace Myeloma.Fhir.Terminology;

/// <summary>Every code system and value set that questions are answered from: those of R4, those that are stored, those that a request brings along.</summary>
/// <remarks>Compiled when first asked for and kept with the resource they came from. Shared by threads.</remarks>
public sealed class TerminologyCatalog
{
    private static readonly ConditionalWeakTable<ResourceDocument, CompiledCodeSystem> CompiledSystems = [];
    private static readonly ConditionalWeakTable<ResourceDocument, ValueSetSource> ReadValueSets = [];
    private static readonly ConditionalWeakTable<R4Schema, BuiltIn> BuiltIns = [];

    private readonly BuiltIn builtIn;
    private readonly Func<string, string, IReadOnlyList<ResourceDocument>> stored;
    private readonly Func<ResourceDocument, CompiledCodeSystem?> elsewhere;
    private readonly IReadOnlyList<BroughtResources> brought;
    private readonly NamedCodes named;
    private readonly IReadOnlyList<string> mapUrls;

    /// <param name="stored">The stored resources of a type by canonical url without version, any order; none: an empty list. The same document each time, so that it is compiled once.</param>
    /// <param name="elsewhere">Compiles a CodeSystem whose concepts do not lie in it; null when they can't be found. Null: none can.</param>
    public TerminologyCatalog(R4Schema schema, Func<string, string, IReadOnlyList<ResourceDocument>>? stored = null, Func<ResourceDocument, CompiledCodeSystem?>? elsewhere = null)
        : this(BuiltIns.GetValue(schema, made => new BuiltIn(made)), stored ?? ((_, _) => []), elsewhere ?? (_ => null), [], NamedCodes.None, [])
    {
    }

    private TerminologyCatalog(
        BuiltIn builtIn, Func<string, string, IReadOnlyList<ResourceDocument>> stored, Func<ResourceDocument, CompiledCodeSystem?> elsewhere, IReadOnlyList<BroughtResources> brought, NamedCodes named, IReadOnlyList<string> mapUrls)
    {
        this.named = named;
        this.elsewhere = elsewhere;
        this.mapUrls = mapUrls;
        this.builtIn = builtIn;
        this.stored = stored;
        this.brought = brought;
    }

    /// <summary>This catalog and, before it, the resources of one request.</summary>
    public TerminologyCatalog With(IReadOnlyList<ResourceDocument> resources) => With(new BroughtResources(resources));

    /// <inheritdoc cref="With(IReadOnlyList{ResourceDocument})"/>
    public TerminologyCatalog With(BroughtResources resources) => resources.Documents.Count == 0 ? this : new(builtIn, stored, elsewhere, [resources, .. brought], named, mapUrls);

    /// <summary>This catalog for a question that names codes: systems with a grammar have those.</summary>
    internal TerminologyCatalog Naming(NamedCodes codes) => new(builtIn, stored, elsewhere, brought, codes, mapUrls);

    /// <summary>This catalog with the concept maps that are stored under some urls, for translations that name no map.</summary>
    public TerminologyCatalog Translating(IReadOnlyList<string> urls) => new(builtIn, stored, elsewhere, brought, named, urls);

    /// <summary>Whether it is about codes that a question names.</summary>
    internal bool NamesCodes => named != NamedCodes.None;

    /// <summary>All versions of a code system, none twice; supplements are told too, by their own url.</summary>
    /// <param name="url">Without version.</param>
    public IReadOnlyList<CompiledCodeSystem> CodeSystems(string url)
    {
        var found = new List<CompiledCodeSystem>();
        var open = named.Find(url);

        // That its content is not present is what resources say of a system with a grammar.
        foreach (var document in Documents("CodeSystem", url))
            if ((open is null || document.Root.TextOf("content") != "not-present") && Compiled(document) is { } compiled) AddUnlessKnown(found, compiled, each => each.Version);
        if (open is not null) AddUnlessKnown(found, open, each => each.Version);
        if (builtIn.CodeSystem(url) is { } system) AddUnlessKnown(found, system, each => each.Version);
        return found;
    }

    /// <summary>The code system, by the one rule of versions: the named one, the latest that fits a pattern, else the latest.</summary>
    /// <returns>Null when it is not here, or not in such a version.</returns>
    public CompiledCodeSystem? FindCodeSystem(string url, string? version) =>
        VersionPattern.Select(CodeSystems(url), version, each => each.Version, each => each.Source.Status);

    /// <summary>All versions of a value set, none twice.</summary>
    /// <param name="url">Without version.</param>
    public IReadOnlyList<ValueSetSource> ValueSets(string url)
    {
        var found = new List<ValueSetSource>();
        foreach (var document in Documents("ValueSet", url)) AddUnlessKnown(found, ReadValueSets.GetValue(document, each => ValueSetReading.Read(each.Root)), each => each.Version);
        if (builtIn.ValueSet(url) is { } valueSet) AddUnlessKnown(found, valueSet, each => each.Version);
        return found;
    }

    /// <summary>The value set, by the same rule as code systems; without one of that url, the implicit set of all codes that a code system names so.</summary>
    /// <returns>Null when it is not here, or not in such a version.</returns>
    public ValueSetSource? FindValueSet(string url, string? version)
    {
        var versions = ValueSets(url);
        return versions.Count > 0 ? VersionPattern.Select(versions, version, each => each.Version, each => each.Status) : ImplicitValueSets.Find(url, version, this);
    }

    /// <summary>Every code system that codes can be asked of, by url and version in rising order; supplements are left out.</summary>
    /// <param name="storedUrls">The urls of code systems that are stored.</param>
    public IReadOnlyList<CodeSystemCapability> Describe(IEnumerable<string> storedUrls)
    {
        List<string> urls = [.. storedUrls.Distinct()];
        var known = urls.Order(StringComparer.Ordinal).SelectMany(CodeSystems).Where(system => !system.IsSupplement).Select(CodeSystemCapability.Of);
        return
        [
            .. known.Concat(builtIn.Capabilities.Where(each => !urls.Contains(each.Url)))
                .OrderBy(each => each.Url, StringComparer.Ordinal).ThenBy(each => each.Version, BusinessVersionOrder.Instance),
        ];
    }

    /// <summary>The supplements that request and store have under a canonical.</summary>
    internal CompiledCodeSystem? FindSupplement(string canonical)
    {
        var bar = canonical.IndexOf('|', StringComparison.Ordinal);
        var found = bar < 0 ? FindCodeSystem(canonical, null) : FindCodeSystem(canonical[..bar], canonical[(bar + 1)..]);
        return found is { IsSupplement: true } ? found : null;
    }

    /// <summary>The code systems that a request brings along.</summary>
    internal IEnumerable<CompiledCodeSystem> BroughtCodeSystems => Brought("CodeSystem").Select(Compiled).OfType<CompiledCodeSystem>();

    /// <summary>The versions of a code system in rising order.</summary>
    internal IReadOnlyList<string> VersionsOf(string url) =>
        [.. CodeSystems(url).Select(each => each.Version).OfType<string>().Order(BusinessVersionOrder.Instance)];

    /// <summary>ConceptMaps of a canonical url.</summary>
    internal IEnumerable<ResourceDocument> ConceptMaps(string url) => Documents("ConceptMap", url);

    /// <summary>The concept maps to choose from where none is named: those that are brought along, else of each that is stored the version that counts.</summary>
    internal IEnumerable<ResourceDocument> ConceptMaps()
    {
        List<ResourceDocument> own = [.. Brought("ConceptMap")];
        return own.Count > 0 ? own : mapUrls.Order(StringComparer.Ordinal)
            .Select(url => VersionPattern.Select([.. ConceptMaps(url)], null, each => each.Root.TextOf("version"), each => each.Root.TextOf("status"))).OfType<ResourceDocument>();
    }

    private IEnumerable<ResourceDocument> Documents(string type, string url) =>
        brought.SelectMany(each => each.Find(type, url)).Concat(stored(type, url));

    private IEnumerable<ResourceDocument> Brought(string type) => brought.SelectMany(each => each.Documents).Where(each => each.ResourceType == type);

    /// <returns>Null when its concepts should lie elsewhere and do not; that is not kept, since they may come.</returns>
    private CompiledCodeSystem? Compiled(ResourceDocument document)
    {
        if (CompiledSystems.TryGetValue(document, out var known)) return known;
        var compiled = ConceptContent.IsElsewhere(document) ? elsewhere(document) : new CompiledCodeSystem(CodeSystemReading.Read(document.Root));
        return compiled is null ? null : CompiledSystems.GetValue(document, _ => compiled);
    }

    /// <summary>What comes first hides what has the same version.</summary>
    private static void AddUnlessKnown<T>(List<T> found, T each, Func<T, string?> versionOf)
    {
        if (!found.Any(known => versionOf(known) == versionOf(each))) found.Add(each);
    }

    /// <summary>What R4 itself defines, shared by all catalogs.</summary>
    private sealed class BuiltIn(R4Schema schema)
    {
        private readonly ConcurrentDictionary<string, CompiledCodeSystem> systems = new(StringComparer.Ordinal);
        private readonly ConcurrentDictionary<string, ValueSetSource> valueSets = new(StringComparer.Ordinal);

        private readonly Lazy<IReadOnlyList<CodeSystemCapability>> capabilities = new(() =>
            [.. schema.CodeSystems.Walk().Where(each => each.Content is not ("not-present" or "supplement") && CodeGrammars.Find(each.Url) is null).Select(CodeSystemCapability.Of), .. CodeGrammars.All.Select(grammar => CodeSystemCapability.Of(grammar.Usual))]);

        public IReadOnlyList<CodeSystemCapability> Capabilities => capabilities.Value;

        public CompiledCodeSystem? CodeSystem(string url)
        {
            if (systems.TryGetValue(url, out var known)) return known;
            return schema.CodeSystems.Find(url) is { Content: not "not-present" } definition
                ? systems.GetOrAdd(url, _ => new CompiledCodeSystem(CodeSystemReading.Read(definition)))
                : null;
        }

        public ValueSetSource? ValueSet(string url)
        {
            if (valueSets.TryGetValue(url, out var known)) return known;
            return schema.ValueSets.Find(url) is { } definition ? valueSets.GetOrAdd(url, _ => ValueSetReading.Read(definition)) : null;
        }
    }
}
