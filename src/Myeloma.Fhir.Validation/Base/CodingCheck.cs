using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Ucum;
using Myeloma.Fhir.Validation.Codes;

namespace Myeloma.Fhir.Validation.Base;

/// <summary>Any Coding, bound or not: its system must have the code. https://hl7.org/fhir/R4/datatypes.html#Coding</summary>
internal static class CodingCheck
{
    public static void Check(Element coding, ValidationRun run)
    {
        if (coding.Child("system") is not { } place || place.Text is not { } system) return;
        if (!ReferenceText.IsAbsolute(system))
            run.Issues.Error(IssueType.CodeInvalid, "coding-system", place, $"The system of a code is absolute; '{system}' is not.");
        if (coding.Child("code") is not { } code || code.Text is not { } text) return;
        if (system == UcumUnit.SystemUrl) UnitCheck.Check(code, text, run.Issues);
        else if (run.Services.Codes(null, system, text) == CodeAnswer.UnknownCode)
            run.Issues.Error(IssueType.CodeInvalid, "code-unknown", code, $"The code system {system} has no code '{text}'.");
    }
}
