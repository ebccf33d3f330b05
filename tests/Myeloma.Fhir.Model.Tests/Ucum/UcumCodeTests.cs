using Myeloma.Fhir.Model.Ucum;

namespace Myeloma.Fhir.Model.Tests.Ucum;

/// <summary>What is a UCUM code and what is none. https://ucum.org/ucum#section-Grammar-of-Units-and-Unit-Terms</summary>
public sealed class UcumCodeTests
{
    [Theory]
    [InlineData("m", "m")]
    [InlineData("/m", "m-1")]
    [InlineData("10*3/ul", "m-3")]
    [InlineData("10*-3/ul", "m-3")]
    [InlineData("10^+3/uL", "m-3")]
    [InlineData("m[H2O]", "g.m-1.s-2")]
    [InlineData("m3.kg-1.s-2", "g-1.m3.s-2")]
    [InlineData("4.[pi].10*-7.N/A2", "C-2.g.m")]
    [InlineData("rad2{turn}", "rad2")]
    [InlineData("{turn}rad2", "rad2")]
    [InlineData("1{cell}", "1")]
    [InlineData("{tablet}", "1")]
    [InlineData("%", "1")]
    [InlineData("%[slope]", "rad")]
    [InlineData("mg/(kg.d)", "s-1")]
    [InlineData("umol/2.h", "s")]
    [InlineData("k[iU]/L", "[iU].m-3")]
    [InlineData("m[IU]/mL", "[iU].m-3")]
    [InlineData("[anti'Xa'U]", "[anti'Xa'U]")]
    [InlineData("cal_[15]", "g.m2.s-2")]
    [InlineData("dB[10.nV]", "C-1.g.m2.s-2")]
    [InlineData("[m/s2/Hz^(1/2)]", "m2.s-3")]
    [InlineData("2.10*1.Cel", "K")]
    [InlineData("KiBy", "1")]
    [InlineData("dar", "m2")]
    [InlineData("cd", "cd")]
    [InlineData("MG", "C-1.g.s-1")]
    [InlineData("((((m))))", "m")]
    [InlineData("g.m/g", "m")]
    public void A_code_is_reduced_to_base_units(string code, string canonical)
    {
        Assert.True(UcumUnit.TryParse(code, out var unit, out var fault), fault?.Text);
        Assert.Equal(canonical, unit.CanonicalCode);
        Assert.Equal(code, unit.Code);
        Assert.Equal(canonical, UcumUnit.Find(canonical)!.CanonicalCode);
    }

    [Theory]
    [InlineData("", 0, "The code is empty.", null)]
    [InlineData("m/", 2, "'/' is not followed by a unit.", null)]
    [InlineData("10+3/ul", 2, "'+' can't stand here; units are joined by '.' or '/'.", null)]
    [InlineData("g/12h", 4, "A number is joined to a unit by '.': g/12.h.", null)]
    [InlineData("mcg", 0, "UCUM has no unit 'mcg'; did you mean 'ug'?", "ug")]
    [InlineData("mcg/kg", 0, "UCUM has no unit 'mcg'; did you mean 'ug'?", "ug/kg")]
    [InlineData("cc", 0, "UCUM has no unit 'cc'; did you mean 'mL'?", "mL")]
    [InlineData("µg/L", 0, "UCUM codes are ASCII; 'µ' is none of it.", null)]
    [InlineData("KG", 0, "UCUM has no unit 'KG'; did you mean 'kg'?", "kg")]
    [InlineData("mg/KG/day", 3, "UCUM has no unit 'KG'; did you mean 'kg'?", null)]
    [InlineData("UG", 0, "UCUM has no unit 'UG'; did you mean 'ug'?", "ug")]
    [InlineData("iU", 0, "UCUM has no unit 'iU'; did you mean '[iU]'?", "[iU]")]
    [InlineData("IU/L", 0, "UCUM has no unit 'IU'; did you mean '[iU]'?", "[iU]/L")]
    [InlineData("[BETH'U]", 0, "UCUM has no unit '[BETH'U]'; did you mean '[beth'U]'?", "[beth'U]")]
    [InlineData("mmHg", 0, "UCUM has no unit 'mmHg'; did you mean 'mm[Hg]'?", "mm[Hg]")]
    [InlineData("tablet", 0, "UCUM has no unit 'tablet'; a thing that is counted stands in braces, such as {tablet}", null)]
    [InlineData("mmol/kg[H20]", 5, "UCUM has no unit 'kg[H20]'; a thing that is counted stands in braces, such as {tablet}", null)]
    [InlineData("ea", 0, "UCUM has no unit 'ea'; a thing that is counted stands in braces, such as {tablet}", null)]
    [InlineData("kmin", 0, "UCUM has no unit 'kmin'; a thing that is counted stands in braces, such as {tablet}", null)]
    [InlineData("mg / mL", 2, "A UCUM code has no white space.", null)]
    [InlineData("mg{per dose}", 6, "An annotation holds printable ASCII without spaces only.", null)]
    [InlineData("rad2{錠}", 5, "An annotation holds printable ASCII without spaces only.", null)]
    [InlineData("mg{dose", 2, "'{' is not closed.", null)]
    [InlineData("mg}", 2, "'}' can't stand here; units are joined by '.' or '/'.", null)]
    [InlineData("(m", 0, "'(' is not closed.", null)]
    [InlineData("m)", 1, "')' closes nothing.", null)]
    [InlineData("(m/s)2", 5, "A group has no exponent; write it behind each unit.", null)]
    [InlineData("[in_i", 0, "'[' is not closed.", null)]
    [InlineData("m-", 2, "An exponent is expected here.", null)]
    [InlineData("m9999", 1, "An exponent may have 3 digits.", null)]
    [InlineData("0.m", 0, "A factor of zero makes no unit.", null)]
    [InlineData("Cel2", 3, "A unit on a scale with another zero or a logarithmic one has no exponent.", null)]
    [InlineData("mg/Cel", 2, "A unit on a scale with another zero or a logarithmic one can't be multiplied or divided; use the unit it is measured in, such as K for Cel.", null)]
    [InlineData("[pH]/Cel", 4, "A unit on a scale with another zero or a logarithmic one can't be multiplied or divided; use the unit it is measured in, such as K for Cel.", null)]
    public void What_is_no_code_is_refused_at_its_place_with_what_was_meant(string code, int position, string text, string? suggestion)
    {
        Assert.False(UcumUnit.TryParse(code, out _, out var fault));
        Assert.Equal(new UcumFault(position, text, suggestion), fault);
    }

    [Fact]
    public void Deep_and_huge_codes_are_refused_at_once()
    {
        Assert.Null(UcumUnit.Find(new string('(', 90) + "m" + new string(')', 90)));
        Assert.Null(UcumUnit.Find(string.Join('.', Enumerable.Repeat("Ym999", 20))));
        Assert.Null(UcumUnit.Find(string.Join('.', Enumerable.Repeat("999999999999", 10)) + ".[h]999"));
        Assert.Null(UcumUnit.Find(new string('m', 201)));
        Assert.Null(UcumUnit.Find(null));
    }

    [Theory]
    [InlineData("mm", "(millimeter)")]
    [InlineData("m[H2O]", "(meter of water column)")]
    [InlineData("m3.kg-1.s-2", "(meter ^ 3) * (kilogram ^ -1) * (second ^ -2)")]
    [InlineData("4.[pi].10*-7.N/A2", "4 * (the number pi) * (the number ten for arbitrary powers ^ -7) * (newton) / (ampère ^ 2)")]
    [InlineData("/min", "1 / (minute)")]
    [InlineData("mg/(kg.d)", "(milligram) / [(kilogram) * (day)]")]
    public void A_code_has_a_name_in_words(string code, string name) => Assert.Equal(name, UcumUnit.Find(code)!.DisplayName);

    [Fact]
    public void Every_symbol_of_the_table_can_be_read_and_its_suggestion_never_leads_astray()
    {
        Assert.Equal(312, UcumTable.Instance.Atoms.Count());
        foreach (var atom in UcumTable.Instance.Atoms)
        {
            Assert.NotNull(UcumUnit.Find(atom.Code));
            if (atom.IsMetric) Assert.NotNull(UcumUnit.Find("k" + atom.Code));
        }
    }

    [Fact]
    public void A_code_that_was_read_before_costs_no_memory()
    {
        const string code = "mg/dL{serum}";
        Assert.Same(UcumUnit.Find(code), UcumUnit.Find(code));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) _ = UcumUnit.TryParse(code, out _, out _);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
