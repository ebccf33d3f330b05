using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Myeloma.Fhir.Model.Ucum;

namespace Myeloma.Fhir.Model.Tests.Ucum;

/// <summary>https://ucum.org/ucum#section-Semantics</summary>
public sealed class UcumConversionTests
{
    private static decimal? Convert(string value, string from, string to) =>
        UcumUnit.Find(from)!.Convert(decimal.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture), UcumUnit.Find(to)!);

    [Theory]
    [InlineData("6.3", "mm", "m", "0.0063")]
    [InlineData("6.3", "s.m-1", "s/m", "6.3")]
    [InlineData("6.3", "s.mm-2", "s.m-2", "6300000")]
    [InlineData("6.3", "4.s/m", "s/m", "25.2")]
    [InlineData("6.3", "s/4.m", "s.m", "1.575")]
    [InlineData("1", "[in_i]", "cm", "2.54")]
    [InlineData("1", "m[Hg]", "g.s-2.m-1", "133322000")]
    [InlineData("120", "mm[Hg]", "kPa", "15.99864")]
    [InlineData("1", "S", "g-1.m-2.C2.s", "0.001")]
    [InlineData("1", "[ly]", "cm", "946073047258080000")]
    [InlineData("1", "10*-7.s", "s", "0.0000001")]
    [InlineData("1", "[mu_0]", "g.m.C-2", "0.0012566370614359172954")]
    [InlineData("5400", "mg", "g", "5.4")]
    [InlineData("1", "mol", "10*23", "6.02214076")]
    [InlineData("100", "mg/dL", "g/L", "1")]
    [InlineData("1", "wk", "h", "168")]
    [InlineData("1", "a", "d", "365.25")]
    [InlineData("3", "[ft_i]", "[yd_i]", "1")]
    [InlineData("1", "[yd_i]", "[ft_i]", "3")]
    [InlineData("37", "Cel", "K", "310.15")]
    [InlineData("98.6", "[degF]", "Cel", "37")]
    [InlineData("-40", "Cel", "[degF]", "-40")]
    [InlineData("80", "[degRe]", "Cel", "100")]
    [InlineData("491.67", "[degR]", "Cel", "0")]
    [InlineData("1000", "mCel", "K", "274.15")]
    [InlineData("1", "Cel", "[degF]", "33.8")]
    [InlineData("7.4", "[pH]", "nmol/L", "39.81071705535")]
    [InlineData("20", "dB[SPL]", "Pa", "0.0002")]
    [InlineData("1", "B[W]", "W", "10")]
    [InlineData("3", "bit_s", "1", "8")]
    [InlineData("2", "[hp'_C]", "1", "0.0001")]
    [InlineData("2", "[hp'_M]", "1", "0.000001")]
    [InlineData("1", "[hp'_Q]", "1", "0.00002")]
    [InlineData("100", "%[slope]", "deg", "45")]
    [InlineData("45", "deg", "[p'diop]", "100")]
    [InlineData("1", "Np", "1", "2.718281828459")]
    [InlineData("3", "[m/s2/Hz^(1/2)]", "m2/s4/Hz", "9")]
    [InlineData("5", "[iU]", "m[IU]", "5000")]
    [InlineData("1", "KiBy", "bit", "8192")]
    [InlineData("0", "mg", "kg", "0")]
    public void A_value_is_converted(string value, string from, string to, string expected) =>
        Assert.Equal(expected, Convert(value, from, to)?.ToString(CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("m", "s")]
    [InlineData("[iU]", "1")]
    [InlineData("[iU]", "[arb'U]")]
    [InlineData("[iU]/L", "U/L")]
    [InlineData("m2", "m")]
    [InlineData("deg", "1")]
    [InlineData("[NTU]", "[FNU]")]
    public void Different_kinds_do_not_compare(string from, string to)
    {
        Assert.False(UcumUnit.Find(from)!.IsComparable(UcumUnit.Find(to)!));
        Assert.Null(Convert("1", from, to));
        Assert.Null(UcumUnit.Find(from)!.Compare(1, UcumUnit.Find(to)!, 1));
    }

    [Theory]
    [InlineData("1", "Ym", "ym")]
    [InlineData("0", "1", "[pH]")]
    [InlineData("-1", "1", "B")]
    [InlineData("400", "Np", "1")]
    [InlineData("5000", "Np", "1")]
    [InlineData("1", "u/YL", "g/nL")]
    public void A_result_without_room_or_meaning_is_none(string value, string from, string to) => Assert.Null(Convert(value, from, to));

    [Fact]
    public void Comparison_does_not_round()
    {
        var (foot, yard) = (UcumUnit.Find("[ft_i]")!, UcumUnit.Find("[yd_i]")!);
        Assert.True(foot.Compare(1, yard, 1m / 3) > 0);
        Assert.Equal(0, foot.Compare(3, yard, 1));
        Assert.True(foot.Compare(3.0000000000000000000000001m, yard, 1) > 0);
    }

    private static readonly string[] Metric = ["g", "m", "s", "L", "mol", "Pa", "J", "U", "[iU]", "eq", "bar", "t", "K"];
    private static readonly string[] Prefixes = ["", "k", "h", "da", "d", "c", "m", "u", "n", "M"];

    private static Gen<string> Unit() =>
        from prefix in Gen.Elements(Prefixes)
        from atom in Gen.Elements(Metric)
        from exponent in Gen.Elements("", "2", "-1", "-2")
        from annotation in Gen.Elements("", "", "{x}")
        select prefix + atom + exponent + annotation;

    private static Gen<string> Code() =>
        from units in Gen.ListOf(Unit()).Where(list => list.Count is > 0 and < 5)
        from factor in Gen.Elements("", "10*3.", "12.", "[pi].", "/")
        from operators in Gen.ListOf(Gen.Elements('.', '/'), 5)
        select factor + string.Concat(units.Select((unit, index) => index == 0 ? unit : $"{operators[index]}{unit}"));

    private static readonly Config Settings = Config.QuickThrowOnFailure.WithMaxTest(1_000).WithReplay(20260201, 7);

    [Fact]
    public void What_is_printed_in_base_units_reads_as_the_same_kind() => Prop.ForAll(Code().ToArbitrary(), code =>
    {
        var unit = UcumUnit.Find(code)!;
        var canonical = UcumUnit.Find(unit.CanonicalCode)!;
        return canonical.CanonicalCode == unit.CanonicalCode && unit.IsComparable(canonical) && canonical.Canonical(7) == 7;
    }).Check(Settings);

    [Fact]
    public void A_value_converted_there_and_back_is_the_same()
    {
        var values = from whole in Gen.Choose(-1_000_000, 1_000_000) from scale in Gen.Choose(0, 4) select new decimal(Math.Abs(whole), 0, 0, whole < 0, (byte)scale);
        var cases = from atom in Gen.Elements(Metric) from first in Gen.Elements(Prefixes) from second in Gen.Elements(Prefixes) from value in values select (First: first + atom, Second: second + atom, Value: value);
        Prop.ForAll(cases.ToArbitrary(), test =>
        {
            var (first, second) = (UcumUnit.Find(test.First)!, UcumUnit.Find(test.Second)!);
            var there = first.Convert(test.Value, second)!.Value;
            return second.Convert(there, first) == test.Value && first.Compare(test.Value, second, there) == 0;
        }).Check(Settings);
    }

    [Fact]
    public void Units_with_another_zero_convert_there_and_back()
    {
        var cases = from value in Gen.Choose(-27_000, 1_000_000) from first in Gen.Elements("Cel", "[degF]", "[degRe]", "K", "mCel") from second in Gen.Elements("Cel", "[degF]", "[degRe]", "K") select (First: first, Second: second, Value: value / 100m);
        Prop.ForAll(cases.ToArbitrary(), test =>
        {
            var (first, second) = (UcumUnit.Find(test.First)!, UcumUnit.Find(test.Second)!);
            return Math.Abs(second.Convert(first.Convert(test.Value, second)!.Value, first)!.Value - test.Value) < 0.000000000001m;
        }).Check(Settings);
    }

    [Fact]
    public void Any_text_is_read_or_refused() => Prop.ForAll(
        Gen.ListOf(Gen.Elements("m", "g", "k", "[", "]", "{", "}", "(", ")", ".", "/", "10*", "-", "2", "Cel", "[pH]", "'", "%", " ", "é", "d")).Select(string.Concat).ToArbitrary(),
        code => UcumUnit.TryParse(code, out var unit, out var fault) ? unit.Code == code : fault!.Position >= 0 && fault.Position <= code.Length && fault.Text.Length > 0)
        .Check(Config.QuickThrowOnFailure.WithMaxTest(5_000).WithReplay(20260202, 7));
}
