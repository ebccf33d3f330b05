namespace Myeloma.Fhir.ClinicalReasoning.Linting;

/// <summary>A rule that regimens are held against.</summary>
/// <param name="Id">Stable; the message id of its findings.</param>
/// <param name="IsWarning">A warning, else information: no rule is an error, since a plan that breaks it may say what its source says.</param>
/// <param name="Fix">What to do about a finding, a sentence.</param>
public sealed record LintRule(string Id, bool IsWarning, string Fix)
{
    public const string DayBeyondCycleId = "regimen-day-beyond-cycle";
    public const string DoseWithoutUnitId = "regimen-dose-without-unit";
    public const string DoseWithoutRouteId = "regimen-dose-without-route";
    public const string UnitNotUcumId = "regimen-unit-not-ucum";
    public const string DoseBasisId = "regimen-dose-basis";
    public const string MemberWithoutCodeId = "regimen-member-without-code";
    public const string RetiredCodeSystemId = "regimen-retired-code-system";
    public const string UnknownClassId = "regimen-unknown-class";
    public const string SharedAbbreviationId = "regimen-shared-abbreviation";
    public const string SecondAbbreviationId = "regimen-second-abbreviation";

    internal static readonly LintRule DayBeyondCycle = new(DayBeyondCycleId, true, "Correct the day or the length of the cycle; a day of the next cycle belongs to that one.");
    internal static readonly LintRule DoseWithoutUnit = new(DoseWithoutUnitId, true, "Give the unit that the source states, as a UCUM code.");
    internal static readonly LintRule DoseWithoutRoute = new(DoseWithoutRouteId, false, "Give dosage.route when the source states one.");
    internal static readonly LintRule UnitNotUcum = new(UnitNotUcumId, true, "Give system http://unitsofmeasure.org with the UCUM code of the unit.");
    internal static readonly LintRule DoseBasis = new(DoseBasisId, true, "Let the code say what the words say: mg/m2 per body surface, mg/kg per body weight, mg for a fixed dose.");
    internal static readonly LintRule MemberWithoutCode = new(MemberWithoutCodeId, true, "Give action.code, or a product with a code to the activity.");
    internal static readonly LintRule RetiredCodeSystem = new(RetiredCodeSystemId, true, "Use a code of a system that is in force.");
    internal static readonly LintRule UnknownClass = new(UnknownClassId, true, "Name a code that its code system has.");
    internal static readonly LintRule SharedAbbreviation = new(SharedAbbreviationId, true, "Tell the two apart: one abbreviation means one set of drugs.");
    internal static readonly LintRule SecondAbbreviation = new(SecondAbbreviationId, false, "Look whether both abbreviations mean the same; if so, leave it, so that both are found.");

    /// <summary>All of them; Linting/README.md tells what each looks for, and why.</summary>
    public static IReadOnlyList<LintRule> All { get; } =
    [
        DayBeyondCycle, DoseWithoutUnit, DoseWithoutRoute, UnitNotUcum, DoseBasis, MemberWithoutCode, RetiredCodeSystem, UnknownClass, SharedAbbreviation, SecondAbbreviation,
    ];
}
