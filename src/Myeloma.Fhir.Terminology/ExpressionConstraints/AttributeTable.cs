using System.Runtime.CompilerServices;
using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.ExpressionConstraints;

/// <summary>The relationships of all concepts but is-a, by concept and role group. Immutable, shared by threads.</summary>
internal sealed class AttributeTable
{
    private static readonly ConditionalWeakTable<CompiledCodeSystem, AttributeTable> Tables = [];

    private readonly Lazy<(int[] Starts, int[] Rows)> byValue;

    private AttributeTable(int count, List<(int Source, int Group, int Type, int Value)> rows, string[] types, (string Kind, string Text)[] literals)
    {
        rows.Sort();
        (Types, Literals) = (types, literals);
        (Starts, Sources, Groups, RowTypes, Values) = (new int[count + 1], new int[rows.Count], new int[rows.Count], new int[rows.Count], new int[rows.Count]);
        for (var row = 0; row < rows.Count; row++)
        {
            (Sources[row], Groups[row], RowTypes[row], Values[row]) = rows[row];
            Starts[Sources[row] + 1]++;
        }

        for (var ordinal = 0; ordinal < count; ordinal++) Starts[ordinal + 1] += Starts[ordinal];
        byValue = new(() => ByValue(count));
    }

    /// <summary>The codes of the attributes that are in use.</summary>
    public string[] Types { get; }

    /// <summary>Values that are no concepts of the system.</summary>
    public (string Kind, string Text)[] Literals { get; }

    /// <summary>Of each ordinal the first of its rows, and one more at the end; rows of one concept are in the order of their groups.</summary>
    public int[] Starts { get; }

    public int[] Sources { get; }

    /// <summary>Zero: in no group with others.</summary>
    public int[] Groups { get; }

    /// <summary>Places among <see cref="Types"/>.</summary>
    public int[] RowTypes { get; }

    /// <summary>Ordinals of concepts; for others the complement of the place among <see cref="Literals"/>.</summary>
    public int[] Values { get; }

    public static AttributeTable Of(CompiledCodeSystem system) => Tables.GetValue(system, Build);

    /// <summary>The rows whose value is a concept.</summary>
    public ReadOnlySpan<int> RowsTo(int ordinal) => byValue.Value is var (starts, rows) ? rows.AsSpan(starts[ordinal]..starts[ordinal + 1]) : default;

    /// <summary>Relationships have a group. Where nothing has one, because the system came as a resource, every property named by a concept is one, but for reference sets.</summary>
    private static AttributeTable Build(CompiledCodeSystem system)
    {
        var properties = system.PropertyRows;
        HashSet<string> referenceSets = [.. system.Column(SnomedCt.MemberOf).Values];
        var (types, literals) = (new OrderedDictionary<string, int>(), new OrderedDictionary<(string, string), int>());
        var rows = new List<(int, int, int, int)>();
        foreach (var (ordinal, code, kind, group, value) in properties.Relationships(code => SnomedCt.IsIdentifier(code) && !referenceSets.Contains(code)))
        {
            if (!types.TryGetValue(code, out var type)) types.Add(code, type = types.Count);
            var at = kind is "code" or "Coding" ? system.Find(value) : -1;
            if (at < 0)
            {
                if (!literals.TryGetValue((kind, value), out var literal)) literals.Add((kind, value), literal = literals.Count);
                at = ~literal;
            }

            rows.Add((ordinal, group, type, at));
        }

        return new AttributeTable(system.Count, rows, [.. types.Keys], [.. literals.Keys]);
    }

    private (int[] Starts, int[] Rows) ByValue(int count)
    {
        var starts = new int[count + 1];
        foreach (var value in Values)
            if (value >= 0) starts[value + 1]++;
        for (var ordinal = 0; ordinal < count; ordinal++) starts[ordinal + 1] += starts[ordinal];
        var (next, rows) = (starts[..^1], new int[starts[^1]]);
        for (var row = 0; row < Values.Length; row++)
            if (Values[row] >= 0) rows[next[Values[row]]++] = row;
        return (starts, rows);
    }
}
