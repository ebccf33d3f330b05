using System.Text;

namespace Myeloma.Fhir.Model.Ucum;

/// <summary>Powers of base and arbitrary units, in the order of their codes; none for a mere number. Units compare when these are the same.</summary>
/// <remarks>https://ucum.org/ucum#section-Semantics</remarks>
internal sealed class UcumDimension : IEquatable<UcumDimension>
{
    /// <summary>Powers beyond this have no physical sense and would only cost.</summary>
    public const int MaxPower = 1_000;

    public static readonly UcumDimension None = new([]);

    private readonly (string Unit, int Power)[] powers;

    private UcumDimension((string Unit, int Power)[] powers) => this.powers = powers;

    public bool IsNone => powers.Length == 0;

    public static UcumDimension Of(string unit) => new([(unit, 1)]);

    /// <summary>This times the other to a power, which may be negative.</summary>
    /// <returns>Null when a power passes <see cref="MaxPower"/>.</returns>
    public UcumDimension? Times(UcumDimension other, int power)
    {
        if (other.IsNone || power == 0) return this;
        var sums = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var (unit, own) in powers) sums[unit] = own;
        foreach (var (unit, added) in other.powers)
        {
            var sum = sums.GetValueOrDefault(unit) + ((long)added * power);
            if (Math.Abs(sum) > MaxPower) return null;
            if (sum == 0) sums.Remove(unit);
            else sums[unit] = (int)sum;
        }

        return new UcumDimension([.. sums.Select(entry => (entry.Key, entry.Value))]);
    }

    public bool Equals(UcumDimension? other) => other is not null && powers.AsSpan().SequenceEqual(other.powers);

    public override bool Equals(object? obj) => Equals(obj as UcumDimension);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var power in powers) hash.Add(power);
        return hash.ToHashCode();
    }

    /// <returns>A UCUM code: <c>g.m-1.s-2</c>; <c>1</c> for a mere number.</returns>
    public override string ToString()
    {
        if (IsNone) return "1";
        var text = new StringBuilder();
        foreach (var (unit, power) in powers)
        {
            if (text.Length > 0) text.Append('.');
            text.Append(unit);
            if (power != 1) text.Append(power);
        }

        return text.ToString();
    }
}
