namespace Myeloma.Fhir.Terminology.Members;

/// <summary>The codes of a value set or of a part of a hierarchy, for who compares stored codes with them.</summary>
/// <param name="WholeSystems">Systems all of whose codes are members, whatever they are: those whose codes nobody can list, like the units of UCUM.</param>
/// <param name="Codes">The others, each with its system; none twice unless two includes name it. Made while they are read.</param>
/// <param name="Count">How many <paramref name="Codes"/> there are, such repetitions counted.</param>
public sealed record CodeMembers(IReadOnlyList<string> WholeSystems, IEnumerable<(string System, string Code)> Codes, long Count);
