using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Packages;

/// <summary>What became of a resource of a package; the codes are those of the answer.</summary>
public static class InstallOutcome
{
    /// <summary>It was not here.</summary>
    public const string Created = "created";

    /// <summary>Another content under its url and version was here, and was not newer.</summary>
    public const string Updated = "updated";

    /// <summary>It was here as it is.</summary>
    public const string Same = "same";

    /// <summary>What is here under its url and version bears a later date, and stays.</summary>
    public const string NewerKept = "newer-kept";

    /// <summary>It was not wanted, or is no resource.</summary>
    public const string LeftOut = "left-out";

    /// <summary>It can't be taken; the reason is told.</summary>
    public const string Refused = "refused";
}

/// <summary>What became of a file of a package.</summary>
/// <param name="Reference"><c>Type/id</c> as it is here; null where it is not.</param>
/// <param name="Canonical"><c>url|version</c>; null for what has no url.</param>
/// <param name="Outcome">Of <see cref="InstallOutcome"/>.</param>
/// <param name="Reason">Why, for people; null where there is nothing to say.</param>
public sealed record InstallLine(string File, string? Reference, string? Canonical, string Outcome, string? Reason);

/// <summary>A package with what became of its files, in the order of their names.</summary>
public sealed record InstalledPackage(string Name, string Version, string Integrity, IReadOnlyList<InstallLine> Lines);

/// <summary>What became of something that a package depends on.</summary>
/// <param name="From">The package that names it.</param>
/// <param name="State"><c>built-in</c>, <c>here</c>, <c>installed</c>, <c>cycle</c>, <c>missing</c>, or <c>not-followed</c> where it was not asked for.</param>
public sealed record DependencyNote(string From, string Name, string Version, string State);

/// <summary>An installation: packages in the order they were installed, what is depended on before what depends.</summary>
public sealed record InstallReport(bool IsDryRun, IReadOnlyList<InstalledPackage> Packages, IReadOnlyList<DependencyNote> Dependencies)
{
    /// <summary>The same for people: counts, and what is missing.</summary>
    public IReadOnlyList<Issue> Summary()
    {
        var issues = new List<Issue>();
        foreach (var package in Packages)
        {
            var counts = package.Lines.CountBy(line => line.Outcome).OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => FormattableString.Invariant($"{count.Value:N0} {count.Key}"));
            issues.Add(Issue.Information($"{package.Name}#{package.Version} {(IsDryRun ? "would be installed" : "is installed")}: {(package.Lines.Count == 0 ? "it holds no resources" : string.Join(", ", counts))}."));
        }

        foreach (var note in Dependencies)
        {
            if (note.State == "missing") issues.Add(Issue.Warning(IssueType.NotFound, $"{note.From} depends on {note.Name}#{note.Version}, which is neither here nor at a registry that this server may ask (setting Fhir:Packages:Registries)."));
            else if (note.State == "cycle") issues.Add(Issue.Warning(IssueType.Informational, $"{note.From} depends on {note.Name}#{note.Version}, which depends on it in turn."));
        }

        return issues;
    }
}
