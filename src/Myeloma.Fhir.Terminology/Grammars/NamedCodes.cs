using System.Collections.Concurrent;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.ValueSets;

namespace Myeloma.Fhir.Terminology.Grammars;

/// <summary>Which codes of the systems with a grammar there are for one question: those that it names. Shared by threads.</summary>
internal sealed class NamedCodes
{
    /// <summary>Nothing is named: the common codes.</summary>
    public static readonly NamedCodes None = new(new Dictionary<string, HashSet<string>>(), [], [.. CodeGrammars.All.Select(grammar => grammar.Url)]);

    private static readonly Dictionary<string, HashSet<string>> NoLists = [];
    private static readonly HashSet<string> NoUrls = [];

    private readonly IReadOnlyDictionary<string, HashSet<string>> bySystem;
    private readonly IReadOnlyCollection<string> ofAny;
    private readonly IReadOnlySet<string> withCommon;

    /// <summary>Made when a system with a grammar is asked about; most questions are about others.</summary>
    private ConcurrentDictionary<string, CompiledCodeSystem>? systems;

    private NamedCodes(IReadOnlyDictionary<string, HashSet<string>> bySystem, IReadOnlyCollection<string> ofAny, HashSet<string> withCommon) =>
        (this.bySystem, this.ofAny, this.withCommon) = (bySystem, ofAny, withCommon);

    /// <summary>The codes a question names, whatever their system.</summary>
    public static NamedCodes Of(IReadOnlyCollection<string> codes) => new(NoLists, codes, NoUrls);

    /// <summary>The codes that a value set and those it imports list; of systems that one of them takes without a list, the common codes, too.</summary>
    /// <param name="import">Finds a set that another one imports; null when it is not here.</param>
    public static NamedCodes ListedIn(ValueSetSource valueSet, Func<string, ValueSetSource, ValueSetSource?> import)
    {
        var (bySystem, withCommon) = (new Dictionary<string, HashSet<string>>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        var (seen, open) = (new HashSet<ValueSetSource>(ReferenceEqualityComparer.Instance), new Stack<ValueSetSource>([valueSet]));
        while (open.TryPop(out var set))
        {
            if (!seen.Add(set)) continue;
            foreach (var clause in set.Include.Concat(set.Exclude))
            {
                foreach (var canonical in clause.ValueSets)
                    if (import(canonical, set) is { } imported) open.Push(imported);
                if (clause.System is not { } system || CodeGrammars.Find(system) is null) continue;
                if (clause.Concepts.Count == 0) withCommon.Add(system);
                if (!bySystem.TryGetValue(system, out var codes)) bySystem.Add(system, codes = []);
                foreach (var concept in clause.Concepts) codes.Add(concept.Code);
            }
        }

        return new NamedCodes(bySystem, [], withCommon);
    }

    /// <summary>The system of a url with the codes that there are.</summary>
    /// <returns>Null when it has no grammar.</returns>
    public CompiledCodeSystem? Find(string url) => CodeGrammars.Find(url) is not { } grammar ? null
        : this == None ? grammar.Usual
        : LazyInitializer.EnsureInitialized(ref systems, static () => new(StringComparer.Ordinal)).GetOrAdd(url, _ => grammar.Of(bySystem.TryGetValue(url, out var codes) ? codes : ofAny, withCommon.Contains(url)));
}
