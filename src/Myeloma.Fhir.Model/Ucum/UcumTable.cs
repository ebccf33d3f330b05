using System.Collections.Frozen;
using System.Diagnostics;
using System.Reflection;
using System.Text;

namespace Myeloma.Fhir.Model.Ucum;

/// <summary>UCUM's units and prefixes, read once. See Data/NOTICE.md for where they come from and whose they are.</summary>
internal sealed class UcumTable
{
    private readonly Dictionary<string, UcumAtom> atoms = new(StringComparer.Ordinal);
    private readonly FrozenDictionary<string, UcumPrefix> prefixes;
    private readonly FrozenDictionary<string, UcumAtom>? finished;

    private UcumTable()
    {
        prefixes = Rows("prefixes.tsv").Select(row => new UcumPrefix(row[0], row[1], row[2], Rational.Parse(row[3]))).ToFrozenDictionary(prefix => prefix.Code, StringComparer.Ordinal);
        var waiting = Rows("units.tsv").ToList();

        // A unit may be defined by one that stands further down: rounds until nothing is left.
        while (waiting.Count > 0)
        {
            var before = waiting.Count;
            waiting.RemoveAll(Define);
            if (waiting.Count == before) throw new UnreachableException($"UCUM unit {waiting[0][0]} is not defined by known ones.");
        }

        finished = atoms.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static readonly Lazy<UcumTable> Read = new(() => new UcumTable());

    public static UcumTable Instance => Read.Value;

    public IEnumerable<UcumAtom> Atoms => atoms.Values;

    public IEnumerable<UcumPrefix> Prefixes => prefixes.Values;

    public UcumAtom? FindAtom(string code) => (finished ?? (IReadOnlyDictionary<string, UcumAtom>)atoms).GetValueOrDefault(code);

    /// <summary>A symbol as atom, or as prefix and metric atom; a whole atom wins: <c>cd</c> is candela, no centi-day.</summary>
    public (UcumPrefix? Prefix, UcumAtom Atom)? Find(string symbol)
    {
        if (FindAtom(symbol) is { } whole) return (null, whole);
        for (var length = 1; length <= 2 && length < symbol.Length; length++)
        {
            if (prefixes.TryGetValue(symbol[..length], out var prefix) && FindAtom(symbol[length..]) is { IsMetric: true } atom) return (prefix, atom);
        }

        return null;
    }

    /// <returns>False when a unit it is defined by is not known yet.</returns>
    private bool Define(string[] row)
    {
        var (code, flags, kind, value, unit) = (row[0], row[2], row[3], row[4], row[5]);
        var isArbitrary = flags.Contains('a', StringComparison.Ordinal);
        UcumMeasure measure;
        if (kind == "base" || isArbitrary)
        {
            measure = new UcumMeasure(Rational.One, UcumDimension.Of(code), null, Rational.One);
        }
        else
        {
            if (new UcumParser(unit, this).TryParse(out var defined, out _) is false) return false;
            var function = kind.Length == 0 ? null : SpecialFunction.Find(kind) ?? throw new UnreachableException($"UCUM function {kind} is not known.");
            measure = defined with { Factor = defined.Factor * Rational.Parse(value), Function = function };
        }

        atoms.Add(code, new UcumAtom(code, row[1], row[8], flags.Contains('m', StringComparison.Ordinal), isArbitrary, row[6], row[7], measure));
        return true;
    }

    private static IEnumerable<string[]> Rows(string file)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Myeloma.Fhir.Model.Ucum.Data.{file}")
            ?? throw new UnreachableException($"{file} is not embedded.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (reader.ReadLine() is { } line)
            if (line.Length > 0) yield return line.Split('\t');
    }
}

/// <summary>A prefix of metric units. https://ucum.org/ucum#section-Prefixes</summary>
internal sealed record UcumPrefix(string Code, string CaseInsensitiveCode, string Name, Rational Factor);
