using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>How the drugs of a list are joined.</summary>
internal enum Join { None, Commas, Slash, And, Plus, With, Or }

/// <summary>Drugs in a row.</summary>
/// <param name="Members">In text order; a drug that is named twice stands once.</param>
/// <param name="Groups">The groups the members come from.</param>
/// <param name="Join">The strongest join: Or before every other.</param>
/// <param name="To">The token after the last member.</param>
/// <param name="Trouble">Why the row is not a plain list of drugs; null when it is one.</param>
internal sealed record MemberList(
    IReadOnlyList<RegimenMember> Members, IReadOnlyList<DrugGroup> Groups, Join Join, int From, int To, string? Trouble)
{
    public bool IsTogether => Trouble is null && Join != Join.Or;
}
