using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Terminology.Operations;

/// <summary>How much of a code is checked: everything, whether it is a member of the value set and no more, or everything but that.</summary>
/// <remarks>Parameters of the terminology ecosystem: <c>valueSetMode</c> and <c>mode</c>, and the booleans of later clients.</remarks>
/// <param name="IsMembershipOnly">Displays, statuses and whether the system has a code that is no member are left out.</param>
/// <param name="IsWithoutMembership">The code is held against its system, as <c>CodeSystem/$validate-code</c> does; the value set counts for what it says of language and versions, and where the system is to be inferred.</param>
/// <param name="IsLenient">A wrong display is a warning.</param>
internal sealed record ValidationMode(bool IsMembershipOnly, bool IsWithoutMembership, bool IsLenient)
{
    private const string Lenient = "lenient-display-validation";

    /// <exception cref="FhirException"><c>invalid</c>: another mode, or two that exclude each other.</exception>
    public static ValidationMode Of(TerminologyArguments arguments)
    {
        List<(string Name, string Text)> told = [.. from name in (string[])["valueSetMode", "mode"] from text in arguments.Texts(name) select (name, text)];
        var unknown = told.Where(each => !(IsMembership(each.Text) || each.Text is "ALL_CHECKS" or "NO_MEMBERSHIP_CHECK" || (each.Name == "mode" && each.Text == Lenient))).ToList();
        if (unknown.Count > 0)
            throw new FhirException([.. unknown.Select(each => Issue.Invalid(
                $"The parameter '{each.Name}' is ALL_CHECKS, CHECK_MEMBERSHIP_ONLY{(each.Name == "mode" ? ", NO_MEMBERSHIP_CHECK or " + Lenient : " or NO_MEMBERSHIP_CHECK")}, not '{(each.Text.Length <= 80 ? each.Text : each.Text[..80] + "…")}'."))]);
        var mode = new ValidationMode(
            arguments.Boolean("valueset-membership-only") == true || told.Any(each => IsMembership(each.Text)), told.Any(each => each.Text == "NO_MEMBERSHIP_CHECK"),
            arguments.Boolean(Lenient) == true || told.Any(each => each.Text == Lenient));
        return mode is { IsMembershipOnly: true, IsWithoutMembership: true }
            ? throw new FhirException(Issue.Invalid("Membership can't be both all that is checked and left out; 'valueset-membership-only', 'valueSetMode' and 'mode' contradict each other."))
            : mode;
    }

    /// <summary>Clients have written the word wrongly for years.</summary>
    private static bool IsMembership(string text) => text is "CHECK_MEMBERSHIP_ONLY" or "CHECK_MEMERSHIP_ONLY";
}
