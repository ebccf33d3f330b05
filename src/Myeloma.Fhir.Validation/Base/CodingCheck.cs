using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Ucum;
using Myeloma.Fhir.Validation.Codes;

namespace Myeloma.Fhir.Validation.Base;

/// <summary>Any Coding, bound or not: its system must have the code, and calls it so. https://hl7.org/fhir/R4/datatypes.html#Coding</summary>
internal static class CodingCheck
{
    public static void Check(Element coding, ValidationRun run)
    {
        if (coding.Child("system") is not { } place || place.Text is not { } system) return;
        if (!ReferenceText.IsAbsolute(system))
            run.Issues.Error(IssueType.CodeInvalid, "coding-system", place, $"The system of a code is absolute; '{system}' is not.");
        var content = run.Services.Definitions.System(system);
        if (content is { IsSupplement: true })
        {
            run.Issues.Error(IssueType.CodeInvalid, "coding-system", place,
                $"{system} is a supplement, whose codes are those of {content.Compiled?.Source.Supplements ?? "another code system"}: that one is the system of a code.");
            return;
        }

        if (content is null && run.Services.Schema.ValueSets.Contains(system))
        {
            run.Issues.Error(IssueType.CodeInvalid, "coding-system", place, $"{system} is a value set; the system of a code is the code system that defines it.");
            return;
        }

        if (coding.Child("code") is not { } code || code.Text is not { } text) return;
        if (system == UcumUnit.SystemUrl)
        {
            UnitCheck.Check(code, text, run.Issues);
            return;
        }

        var isOtherVersion = content?.Compiled?.Version is { } known && coding.TextOf("version") is { } stated && stated != known;
        if (run.Services.Codes(null, system, text) == CodeAnswer.UnknownCode)
        {
            if (isOtherVersion)
                run.Issues.Warn(IssueType.CodeInvalid, "code-unknown", code, $"The code system {system} has no code '{text}' in version {content!.Compiled!.Version}; version {coding.TextOf("version")}, which is stated, is not known here.");
            else
                run.Issues.Error(IssueType.CodeInvalid, "code-unknown", code, $"The code system {system} has no code '{text}'.");
            return;
        }

        if (!isOtherVersion && content is not null && coding.Child("display") is { } display && display.Text is { } shown) Display(display, shown, text, system, content, run.Issues);
    }

    /// <summary>Case and white space aside. https://hl7.org/fhir/R4/datatypes-definitions.html#Coding.display</summary>
    private static void Display(Element display, string shown, string code, string system, CodeSystemContent content, IssueList issues)
    {
        var names = content.Displays(code);
        if (names.Count == 0) return;
        foreach (var name in names)
            if (IsAlike(name, shown)) return;
        issues.Warn(IssueType.CodeInvalid, "coding-display", display, $"{system} calls the code '{code}' '{names[0]}'; here it is called '{shown}'.");
    }

    private static bool IsAlike(string name, string shown)
    {
        if (string.Equals(name, shown, StringComparison.OrdinalIgnoreCase)) return true;
        return string.Equals(Plain(name), Plain(shown), StringComparison.OrdinalIgnoreCase);
    }

    private static string Plain(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
