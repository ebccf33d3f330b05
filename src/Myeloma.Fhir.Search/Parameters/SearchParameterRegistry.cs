using System.Collections.Frozen;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Index;

namespace Myeloma.Fhir.Search.Parameters;

/// <summary>All search parameters of all resource types at one time: those of R4 and those of the database. Immutable; a change makes a new one.</summary>
/// <remarks>https://hl7.org/fhir/R4/searchparameter-registry.html</remarks>
public sealed class SearchParameterRegistry
{
    /// <summary>An id is followed by two for the rows of modifiers, and one in reserve.</summary>
    private const int IdStep = 4;

    private readonly FrozenDictionary<string, TypeParameters> types;

    private SearchParameterRegistry(R4Schema schema, List<SearchParameter> all)
    {
        Schema = schema;
        Parameters = all;
        Indexed = [.. all.Where(parameter => parameter.HasRows)];
        types = all.GroupBy(parameter => parameter.ResourceType)
            .ToFrozenDictionary(group => group.Key, group => new TypeParameters([.. group]), StringComparer.Ordinal);
    }

    public R4Schema Schema { get; }

    /// <summary>Every parameter of every type, by type and code in ordinal order.</summary>
    public IReadOnlyList<SearchParameter> Parameters { get; }

    /// <summary>Those of <see cref="Parameters"/> that have index rows, in the same order: the ones that need an id.</summary>
    public IReadOnlyList<SearchParameter> Indexed { get; }

    /// <summary>The parameters of R4 and others. Ids count up by 4 until <see cref="WithIds"/> gives lasting ones.</summary>
    /// <param name="custom">
    /// Those of the database, in the order of their making. One with the code of an R4 parameter takes its place for the types it names;
    /// of two with the same code the later one counts. A base that is no resource type is passed over.
    /// </param>
    public static SearchParameterRegistry Build(R4Schema schema, IReadOnlyList<SearchParameterDefinition>? custom = null)
    {
        var making = new SearchParameterMaking(schema, custom ?? []);
        var byKey = new SortedDictionary<(string Type, string Code), SearchParameter>(KeyOrder.Instance);
        foreach (var definition in schema.SearchParameters)
            foreach (var type in TypesOf(definition, schema))
                byKey.TryAdd((type, definition.Code), making.Make(definition, type));
        foreach (var definition in custom ?? [])
            foreach (var type in TypesOf(definition, schema))
                byKey[(type, definition.Code)] = making.Make(definition, type);

        var id = 0;
        return new SearchParameterRegistry(schema, [.. byKey.Values.Select(parameter => parameter.HasRows ? parameter.WithId(id += IdStep) : parameter)]);
    }

    /// <summary>The same parameters with the ids that the store keeps.</summary>
    /// <param name="registrations">One for each of <see cref="Indexed"/>, in its order.</param>
    public SearchParameterRegistry WithIds(IReadOnlyList<(int Id, bool IsIndexed)> registrations)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(registrations.Count, Indexed.Count);
        var next = 0;
        List<SearchParameter> all = new(Parameters.Count);
        foreach (var parameter in Parameters)
        {
            if (!parameter.HasRows)
            {
                all.Add(parameter);
                continue;
            }

            var (id, isIndexed) = registrations[next++];
            all.Add(parameter.WithId(id) with { IsIndexed = isIndexed });
        }

        return new SearchParameterRegistry(Schema, all);
    }

    /// <summary>The same parameters; those that are not indexed yet with where their indexing can be followed.</summary>
    /// <param name="place">Null for a parameter that nobody indexes at the moment.</param>
    public SearchParameterRegistry WithIndexing(Func<SearchParameter, string?> place) =>
        new(Schema, [.. Parameters.Select(parameter => parameter is { HasRows: true, IsIndexed: false } ? parameter with { Indexing = place(parameter) } : parameter)]);

    /// <returns>Null when the type has no such parameter, or is none.</returns>
    public SearchParameter? Find(string resourceType, string code) =>
        types.TryGetValue(resourceType, out var parameters) ? parameters.ByCode.GetValueOrDefault(code) : null;

    /// <summary>The parameters of a type by code in ordinal order, those of every resource included.</summary>
    /// <returns>None when there is no such type.</returns>
    public IReadOnlyList<SearchParameter> All(string resourceType) =>
        types.TryGetValue(resourceType, out var parameters) ? parameters.All : [];

    /// <summary>How canonicals among the references of a parameter lead to a type.</summary>
    /// <returns>Null when they don't: no canonicals, or a target without url.</returns>
    public CanonicalTarget? CanonicalTargetOf(SearchParameter parameter, string resourceType)
    {
        if (!parameter.HasCanonicals || Find(resourceType, "url") is not { Type: SearchParameterType.Uri, HasRows: true } url) return null;
        return new CanonicalTarget(resourceType, url, Find(resourceType, "version") is { Type: SearchParameterType.Token, HasRows: true } version ? version : null);
    }

    internal ExtractionPlan? PlanOf(string resourceType) =>
        types.TryGetValue(resourceType, out var parameters) ? parameters.Plan : null;

    private static IEnumerable<string> TypesOf(SearchParameterDefinition definition, R4Schema schema)
    {
        foreach (var name in definition.Base)
        {
            if (schema.FindType(name) is not { Kind: TypeKind.Resource } type) continue;
            if (!type.IsAbstract)
            {
                yield return name;
                continue;
            }

            foreach (var concrete in schema.ResourceTypes)
                if (schema.FindType(concrete)!.IsA(name)) yield return concrete;
        }
    }

    private sealed class TypeParameters(SearchParameter[] all)
    {
        private readonly Lazy<ExtractionPlan> plan = new(() => new ExtractionPlan(all));

        public SearchParameter[] All { get; } = all;
        public FrozenDictionary<string, SearchParameter> ByCode { get; } = all.ToFrozenDictionary(parameter => parameter.Code, StringComparer.Ordinal);

        /// <summary>Compiled when the first resource of the type is indexed.</summary>
        public ExtractionPlan Plan => plan.Value;
    }

    private sealed class KeyOrder : IComparer<(string Type, string Code)>
    {
        public static readonly KeyOrder Instance = new();

        public int Compare((string Type, string Code) left, (string Type, string Code) right)
        {
            var byType = string.CompareOrdinal(left.Type, right.Type);
            return byType != 0 ? byType : string.CompareOrdinal(left.Code, right.Code);
        }
    }
}
