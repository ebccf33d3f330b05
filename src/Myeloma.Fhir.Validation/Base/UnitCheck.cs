using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Ucum;

namespace Myeloma.Fhir.Validation.Base;

/// <summary>UCUM codes, of quantities and codings: they follow UCUM's grammar and use its units. https://hl7.org/fhir/R4/ucum.html</summary>
internal static class UnitCheck
{
    /// <summary>A Quantity or one of its specialisations, bound or not.</summary>
    public static void Quantity(Element quantity, IssueList issues)
    {
        if (quantity.Child("code") is { } code && code.Text is { } text && quantity.TextOf("system") == UcumUnit.SystemUrl) Check(code, text, issues);
    }

    public static void Check(Element place, string code, IssueList issues)
    {
        if (UcumUnit.TryParse(code, out _, out var fault)) return;
        var whole = fault.Suggestion is { } meant && !fault.Text.Contains($"'{meant}'", StringComparison.Ordinal) ? $" The whole would be '{meant}'." : "";
        issues.Error(IssueType.CodeInvalid, "unit-unknown", place, $"'{code}' is no UCUM unit, at character {fault.Position + 1}: {fault.Text}{whole}");
    }
}
