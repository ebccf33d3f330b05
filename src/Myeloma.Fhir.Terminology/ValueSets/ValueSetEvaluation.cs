using System.Runtime.CompilerServices;
using Myeloma.Fhir.Model.Canonicals;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.Grammars;

namespace Myeloma.Fhir.Terminology.ValueSets;

/// <summary>Value sets as set algebra over compiled code systems, for one request. https://hl7.org/fhir/R4/valueset.html#compositions</summary>
internal sealed class ValueSetEvaluation(TerminologyCatalog catalog, TerminologyLimits limits)
{
    /// <summary>What a clause selects of a system, kept as long as the system is.</summary>
    private static readonly ConditionalWeakTable<CompiledCodeSystem, ConditionalWeakTable<ComposeClause, Selection>> Selections = [];

    private readonly List<string> path = [];
    private TerminologyCatalog? listed;
    private readonly Dictionary<(string Url, string? Version), CompiledCodeSystem> supplemented = [];

    public VersionRules SystemVersions { get; init; } = VersionRules.None;
    public VersionRules ValueSetVersions { get; init; } = VersionRules.None;

    /// <summary>Whether codes of several versions of a system are one member when they are equal.</summary>
    public bool VersionsMatch { get; init; }

    /// <summary>Supplements to put on, already found.</summary>
    public List<CompiledCodeSystem> Supplements { get; } = [];

    /// <summary>The code systems that were drawn on, each once, in the order they came up.</summary>
    public List<CompiledCodeSystem> UsedCodeSystems { get; } = [];

    /// <summary>The value sets that were imported.</summary>
    public List<ValueSetSource> UsedValueSets { get; } = [];

    /// <summary>Parameters of the request that decided on a version where the value set names none: name and canonical.</summary>
    public HashSet<(string Name, string Canonical)> AppliedVersions { get; } = [];

    /// <summary>The members.</summary>
    /// <exception cref="FhirException"><c>not-found</c> a system or set that is not here; <c>processing</c> a circle of imports; <c>invalid</c> and others a filter that can't be applied; <c>exception</c> a version against a check.</exception>
    public ValueSetContent Evaluate(ValueSetSource valueSet)
    {
        Name(valueSet);
        Enter(valueSet);
        var content = Included(valueSet);
        if (valueSet.Exclude.Count > 0) content = Without(content, valueSet);
        if (valueSet.Inactive == false) content = [.. content.Select(part => part with { Set = part.Set.Except(part.System.Inactive) })];
        path.RemoveAt(path.Count - 1);
        return new ValueSetContent([.. content.Where(part => part.IsOpen || !part.Set.IsEmpty)]);
    }

    /// <summary>Where the request names no codes, systems with a grammar have those that the first value set lists that is evaluated, with all it imports.</summary>
    public void Name(ValueSetSource valueSet)
    {
        if (catalog.NamesCodes || listed is not null) return;
        listed = catalog.Naming(NamedCodes.ListedIn(valueSet, FindImport));
    }

    private ValueSetSource? FindImport(string canonical, ValueSetSource from)
    {
        if (canonical.StartsWith('#')) return from.Contained.GetValueOrDefault(canonical[1..]);
        var (url, version) = ImplicitValueSets.Split(canonical);
        return catalog.FindValueSet(url, ValueSetVersions.Effective(url, version));
    }

    /// <summary>Keeps the way to a set, so that a circle is seen.</summary>
    public void Enter(ValueSetSource valueSet)
    {
        if (valueSet.Url is not null && path.Contains(valueSet.Canonical)) throw TerminologyIssues.Circular(valueSet.Canonical, path);
        if (path.Count >= limits.MaxImportDepth) throw TerminologyIssues.TooDeep(valueSet.Canonical, limits.MaxImportDepth);
        path.Add(valueSet.Canonical);
    }

    public void Leave() => path.RemoveAt(path.Count - 1);

    /// <summary>A set that another one imports; <c>#id</c> is one that stands in it.</summary>
    public ValueSetSource Import(string canonical, ValueSetSource from)
    {
        if (canonical.StartsWith('#')) return from.Contained.GetValueOrDefault(canonical[1..]) ?? throw TerminologyIssues.UnknownValueSet(canonical);
        var (url, version) = ImplicitValueSets.Split(canonical);
        var effective = ValueSetVersions.Effective(url, version);
        var imported = catalog.FindValueSet(url, effective) ?? throw TerminologyIssues.UnknownValueSet(effective is null ? url : $"{url}|{effective}");
        if (!UsedValueSets.Contains(imported)) UsedValueSets.Add(imported);
        return imported;
    }

    /// <summary>The code system of a clause, with supplements put on.</summary>
    /// <exception cref="FhirException"><c>not-found</c>, or <c>exception</c> for a version that a check does not allow.</exception>
    public CompiledCodeSystem System(ComposeClause clause)
    {
        var effective = SystemVersions.Effective(clause.System!, clause.Version);
        if (clause.Version is null && effective is not null && SystemVersions.RuleFor(clause.System!) is { } rule) AppliedVersions.Add((rule, $"{clause.System}|{effective}"));
        var system = Find(clause.System!, effective);
        if (system is null)
        {
            var versions = catalog.VersionsOf(clause.System!);
            if (versions.Count == 0 && clause.Concepts.Count > 0 && catalog.CodeSystems(clause.System!).Count == 0) return ListedOnly(clause);
            throw new FhirException(TerminologyIssues.UnknownCodeSystem(clause.System!, effective, versions, null, isExpansion: true));
        }

        if (SystemVersions.Check.TryGetValue(clause.System!, out var required) && !VersionPattern.Matches(required, system.Version))
            throw new FhirException(TerminologyIssues.VersionNotAllowed(clause.System!, system.Version, required));
        return system;
    }

    /// <summary>A code system with its supplements; remembered as one that was used.</summary>
    public CompiledCodeSystem? Find(string url, string? version)
    {
        if ((listed ?? catalog).FindCodeSystem(url, version) is not { } found) return null;
        if (!supplemented.TryGetValue((url, found.Version), out var system))
        {
            system = found.With([.. Supplements.Where(each => IsAbout(each, found))]);
            supplemented.Add((url, found.Version), system);
        }

        if (!UsedCodeSystems.Contains(system)) UsedCodeSystems.Add(system);
        return system;
    }

    /// <summary>What a clause selects of a system by its list or its filters, imports left out.</summary>
    public static ConceptSet Select(ComposeClause clause, CompiledCodeSystem system, TerminologyLimits limits) => SelectionOf(clause, system, limits).Set;

    /// <inheritdoc cref="Select(ComposeClause, CompiledCodeSystem, TerminologyLimits)"/>
    public ConceptSet Select(ComposeClause clause, CompiledCodeSystem system) => Select(clause, system, limits);

    private static Selection SelectionOf(ComposeClause clause, CompiledCodeSystem system, TerminologyLimits limits) =>
        Selections.GetValue(system, _ => []).GetValue(clause, each => new Selection(Selected(each, system, limits), each.Concepts.Count == 0 ? null : Listed(each, system)));

    private List<SystemContent> Included(ValueSetSource valueSet)
    {
        var content = new List<SystemContent>();
        foreach (var clause in valueSet.Include)
        {
            foreach (var part in Clause(clause, valueSet))
            {
                var earlier = content.Where(each => each.System.Canonical == part.System.Canonical).Aggregate(ConceptSet.Empty, (all, each) => all.Union(each.Set));
                content.Add(part with { Set = part.Set.Except(earlier) });
            }
        }

        LatestFirst(content, valueSet);
        return VersionsMatch ? Merged(content) : content;
    }

    /// <summary>Where a set draws on several versions of a system, each named, the latest comes first.</summary>
    private static void LatestFirst(List<SystemContent> content, ValueSetSource valueSet)
    {
        foreach (var group in valueSet.Include.Where(clause => clause.System is not null).GroupBy(clause => clause.System))
        {
            if (group.Any(clause => clause.Version is null) || group.Select(clause => clause.Version).Distinct().Count() < 2) continue;
            var places = Enumerable.Range(0, content.Count).Where(place => content[place].System.Url == group.Key).ToList();
            var sorted = places.Select(place => content[place]).OrderByDescending(part => part.System.Version, BusinessVersionOrder.Instance).ToList();
            for (var each = 0; each < places.Count; each++) content[places[each]] = sorted[each];
        }
    }

    private IEnumerable<SystemContent> Clause(ComposeClause clause, ValueSetSource valueSet)
    {
        var imports = clause.ValueSets.Select(canonical => Evaluate(Import(canonical, valueSet))).ToList();
        if (clause.System is null)
        {
            return imports.Count == 0 ? [] : imports[0].Parts.Select(part => part with { Set = Common(part.Set, part.System, imports.Skip(1)), CanNest = false, IsOpen = part.IsOpen && !imports.Skip(1).Any(each => each.IsClosed(part.System)) });
        }

        var system = System(clause);
        var listed = SelectionOf(clause, system, limits).Listed;
        return [new SystemContent(system, Common(Select(clause, system), system, imports), listed, imports.Count == 0 && listed is null)
        {
            IsOpen = system.Source.Grammar is not null && listed is null && !imports.Any(each => each.IsClosed(system)),
        }];
    }

    /// <summary>What a clause lists, as far as the system knows it, in its order.</summary>
    internal static OrderedDictionary<int, ListedConcept> Listed(ComposeClause clause, CompiledCodeSystem system)
    {
        var listed = new OrderedDictionary<int, ListedConcept>(clause.Concepts.Count);
        foreach (var concept in clause.Concepts)
            if (system.Find(concept.Code) is >= 0 and var ordinal) listed.TryAdd(ordinal, concept);
        return listed;
    }

    private static ConceptSet Common(ConceptSet set, CompiledCodeSystem system, IEnumerable<ValueSetContent> imports) =>
        imports.Aggregate(set, (common, import) => common.Intersect(import.Of(system)));

    private List<SystemContent> Without(List<SystemContent> content, ValueSetSource valueSet)
    {
        var excluded = valueSet.Exclude.SelectMany(clause => Clause(clause, valueSet)).ToList();
        return
        [
            .. content.Select(part => part with
            {
                CanNest = false,
                Set = excluded.Where(each => each.System.Url == part.System.Url).Aggregate(part.Set, (set, each) => set.Except(Same(each, part.System))),
            }),
        ];
    }

    /// <summary>The members of a part as concepts of another version of the same system.</summary>
    private ConceptSet Same(SystemContent part, CompiledCodeSystem system)
    {
        if (part.System.Canonical == system.Canonical) return part.Set;
        return VersionsMatch ? ConceptSet.Of(part.Set.From(0).Select(ordinal => system.Find(part.System.Code(ordinal))).Where(ordinal => ordinal >= 0)) : ConceptSet.Empty;
    }

    /// <summary>Of equal codes of several versions only that of the latest.</summary>
    private List<SystemContent> Merged(List<SystemContent> content) =>
    [
        .. content.Select(part => part with
        {
            Set = content.Where(each => each.System.Url == part.System.Url && BusinessVersionOrder.Instance.Compare(each.System.Version, part.System.Version) > 0)
                .Aggregate(part.Set, (set, later) => set.Except(Same(later, part.System))),
        }),
    ];

    private static ConceptSet Selected(ComposeClause clause, CompiledCodeSystem system, TerminologyLimits limits)
    {
        var set = clause.Concepts.Count == 0
            ? system.All
            : ConceptSet.Of(clause.Concepts.Select(concept => system.Find(concept.Code)).Where(ordinal => ordinal >= 0));
        foreach (var filter in clause.Filters) set = set.Intersect(ConceptFilters.Apply(system, filter, limits));
        return set;
    }

    /// <summary>Of a system that is not here, what the value set lists is known at least.</summary>
    private CompiledCodeSystem ListedOnly(ComposeClause clause)
    {
        var key = (clause.System!, clause.Version);
        if (!supplemented.TryGetValue(key, out var system))
        {
            system = new CompiledCodeSystem(new CodeSystemSource(
                clause.System!, clause.Version, "fragment", [.. clause.Concepts.DistinctBy(each => each.Code).Select(each => new ConceptSource(each.Code, each.Display, null, -1))]));
        }

        return system;
    }

    private static bool IsAbout(CompiledCodeSystem supplement, CompiledCodeSystem system) =>
        supplement.Source.Supplements is { } about && (about == system.Url || about == system.Canonical);

    private sealed class Selection(ConceptSet set, OrderedDictionary<int, ListedConcept>? listed)
    {
        public OrderedDictionary<int, ListedConcept>? Listed { get; } = listed;

        public ConceptSet Set { get; } = set;
    }
}
