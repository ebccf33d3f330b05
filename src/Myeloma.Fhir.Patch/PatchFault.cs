using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Patch;

/// <summary>The faults of patches, worded alike for the three kinds.</summary>
internal static class PatchFault
{
    /// <summary><see cref="Issue.MessageId"/> of a patch that is sound in itself but does not fit the resource.</summary>
    public const string NotApplicable = "patch-not-applicable";

    /// <summary>The patch itself is broken: 400.</summary>
    public static FhirException Malformed(string operation, string words, string? expression = null) =>
        new(Issue.Invalid($"{operation}: {words}", expression));

    /// <summary>The patch does not fit what the resource holds: 422.</summary>
    public static FhirException Inapplicable(string operation, string words, string? expression = null) =>
        new(Issue.BusinessRule($"{operation}: {words}", expression) with { MessageId = NotApplicable });

    public static void CheckCount(int operations, PatchLimits limits)
    {
        if (operations > limits.MaxOperations)
            throw new FhirException(Issue.TooCostly(
                FormattableString.Invariant($"The patch has {operations:N0} operations, more than the {limits.MaxOperations:N0} allowed (setting Fhir:MaxPatchOperations).")));
    }

    public static void CheckSize(long bytes, PatchLimits limits)
    {
        if (bytes > limits.Parse.MaxBytes)
            throw new FhirException(Issue.TooLong(
                FormattableString.Invariant($"The patch makes the resource larger than {limits.Parse.MaxBytes:N0} bytes, the limit of this server (setting Fhir:MaxBodyBytes).")));
    }

    public static FhirException TooSlow(PatchLimits limits) =>
        new(Issue.TooCostly(FormattableString.Invariant($"The patch took longer than {limits.MaxTime.TotalSeconds:0.#} s, the limit of this server (setting Fhir:MaxPatchSeconds).")));

    /// <summary>Texts of clients in messages are cut.</summary>
    public static string Shortened(string text) => text.Length <= 120 ? text : text[..120] + "…";
}
