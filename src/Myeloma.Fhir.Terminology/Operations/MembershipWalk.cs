using Myeloma.Fhir.Model.Canonicals;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.ValueSets;

namespace Myeloma.Fhir.Terminology.Operations;

/// <summary>Whether a code is a member of a value set, told clause by clause without expanding, with the version of the system that each clause means.</summary>
internal sealed class MembershipWalk(ValueSetEvaluation evaluation, TerminologyCatalog catalog, CodeQuestion question, string system)
{
    /// <summary>A clause in which the code was found.</summary>
    public readonly record struct Match(CompiledCodeSystem System, int Ordinal, ListedConcept? Note);

    /// <summary>Why clauses about the system could not be judged, or mean another version than the code's.</summary>
    public List<Issue> Faults { get; } = [];

    /// <summary>Systems whose absence is one of the faults, as <c>url</c> or <c>url|version</c>.</summary>
    public List<string> UnknownCauses { get; } = [];

    /// <summary>The version of the system that a clause with a fault means; null when that is not here.</summary>
    public CompiledCodeSystem? FaultySystem { get; private set; }

    /// <summary>The clauses in which the code is found and not excluded, the latest version of the system first; none: it is no member.</summary>
    /// <exception cref="FhirException">The set can't be judged: a circle, a filter that can't be applied.</exception>
    public List<Match> Run(ValueSetSource valueSet)
    {
        var matches = Members(valueSet);
        matches.Sort((left, right) => BusinessVersionOrder.Instance.Compare(right.System.Version, left.System.Version));
        return matches;
    }

    private List<Match> Members(ValueSetSource valueSet)
    {
        evaluation.Enter(valueSet);
        var found = new List<Match>();
        foreach (var clause in valueSet.Include)
            foreach (var match in Included(clause, valueSet))
                if (!found.Any(known => known.System == match.System)) found.Add(match);
        foreach (var clause in valueSet.Exclude)
            Exclude(clause, valueSet, found);
        evaluation.Leave();
        return found;
    }

    private List<Match> Included(ComposeClause clause, ValueSetSource valueSet)
    {
        if (clause.System is not null && clause.System != system) return [];
        if (Imported(clause, valueSet) is not { } imports) return [];
        if (clause.System is null) return Common(imports);
        if (Resolve(clause) is not { } meant || Find(clause, meant) is not { } match) return [];
        return imports.All(import => import.Any(each => each.System.Canonical == meant.Canonical)) ? [match] : [];
    }

    private void Exclude(ComposeClause clause, ValueSetSource valueSet, List<Match> found)
    {
        if (clause.System is not null && clause.System != system) return;
        if (Imported(clause, valueSet) is not { } imports) return;
        if (clause.System is null)
        {
            var common = Common(imports);
            found.RemoveAll(match => common.Any(each => IsSame(each.System, match.System)));
            return;
        }

        var meant = evaluation.System(clause);
        if (Find(clause, meant) is null || !imports.All(import => import.Any(each => each.System.Canonical == meant.Canonical))) return;
        found.RemoveAll(match => IsSame(meant, match.System));
    }

    private bool IsSame(CompiledCodeSystem left, CompiledCodeSystem right) => evaluation.VersionsMatch || left.Canonical == right.Canonical;

    private Match? Find(ComposeClause clause, CompiledCodeSystem meant)
    {
        var ordinal = meant.Find(question.Code);
        if (ordinal < 0 || !evaluation.Select(clause, meant).Contains(ordinal)) return null;
        return new Match(meant, ordinal, clause.Concepts.FirstOrDefault(concept => meant.Find(concept.Code) == ordinal));
    }

    /// <summary>The matches in each set that a clause imports; null when the code is not in all of them, or one is not here.</summary>
    private List<List<Match>>? Imported(ComposeClause clause, ValueSetSource valueSet)
    {
        var imports = new List<List<Match>>();
        foreach (var canonical in clause.ValueSets)
        {
            ValueSetSource imported;
            try
            {
                imported = evaluation.Import(canonical, valueSet);
            }
            catch (FhirException fault) when (fault.Issues[0].Type == IssueType.NotFound)
            {
                Faults.Add(fault.Issues[0]);
                return null;
            }

            var members = Members(imported);
            if (members.Count == 0) return null;
            imports.Add(members);
        }

        return imports;
    }

    private static List<Match> Common(List<List<Match>> imports) =>
        imports.Count == 0 ? [] : [.. imports[0].Where(match => imports.Skip(1).All(import => import.Any(each => each.System.Canonical == match.System.Canonical)))];

    /// <summary>The version of the system that a clause means for this code; where code and clause differ, that is a fault.</summary>
    private CompiledCodeSystem? Resolve(ComposeClause clause)
    {
        var effective = evaluation.SystemVersions.Effective(system, clause.Version);
        var asked = question.Version;
        CompiledCodeSystem? meant;
        if (asked is null || (effective is not null && VersionPattern.Matches(effective, asked)) || (effective is null && catalog.FindCodeSystem(system, asked) is not null))
        {
            meant = evaluation.Find(system, asked ?? effective);
            if (meant is null && ListedOnly(clause) is { } listed) return listed;
            if (meant is null) Unknown(asked ?? effective);
        }
        else
        {
            meant = evaluation.Find(system, effective);
            FaultySystem ??= meant;
            if (effective is not null)
                Faults.Add(TerminologyIssues.ValueVersionDiffers(system, effective, effective == clause.Version ? null : clause.Version ?? "", asked, question.At("version")));
            else if (meant is not null)
                Faults.Add(TerminologyIssues.ValueVersionDiffersFromDefault(system, meant.Version, asked, question.At("version")));
            if (meant is null) Unknown(effective);
            if (catalog.FindCodeSystem(system, asked) is null && (meant is not null || effective is not null)) Unknown(asked);
            CheckVersion(meant);
            return null;
        }

        return CheckVersion(meant) ? meant : null;
    }

    private CompiledCodeSystem? ListedOnly(ComposeClause clause) =>
        clause.Concepts.Count > 0 && catalog.CodeSystems(system).Count == 0 ? evaluation.System(clause) : null;

    private bool CheckVersion(CompiledCodeSystem? meant)
    {
        if (meant is null || !evaluation.SystemVersions.Check.TryGetValue(system, out var required) || VersionPattern.Matches(required, meant.Version)) return true;
        FaultySystem ??= meant;
        Faults.Add(TerminologyIssues.VersionNotAllowed(system, meant.Version, required, question.At("version")));
        return false;
    }

    private void Unknown(string? version)
    {
        UnknownCauses.Add(version is null ? system : $"{system}|{version}");
        Faults.Add(TerminologyIssues.UnknownCodeSystem(system, version, catalog.VersionsOf(system), question.At("system")));
    }
}
