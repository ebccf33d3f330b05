using System.Text.Json;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Store.Packages;
using Myeloma.Fhir.Validation;

namespace Myeloma.Fhir.Interactions.Packages;

/// <summary>Installs packages: every resource in one transaction with the package itself, or none.</summary>
public sealed class PackageInstallation(
    ResourceStore store, PackageRegistry registry, ResourceWriting writing, CurrentDefinitions definitions, ResourceIntake intake, PackageSources sources, PackageLimits limits)
{
    /// <summary>How often a plan is made anew when others write what it is about.</summary>
    private const int MaxPlans = 4;

    public PackageLimits Limits => limits;

    public PackageSources Sources => sources;

    /// <summary>Finds a package by its name and installs it.</summary>
    /// <param name="version">As <see cref="PackageVersions"/>; null: the latest.</param>
    /// <exception cref="FhirException"><c>value</c>: no name of a package; <c>not-found</c>: neither here nor at a registry; as below.</exception>
    public async Task<InstallReport> RunAsync(string name, string? version, InstallChoices choices, CancellationToken cancellationToken)
    {
        if (!PackageManifest.IsName(name)) throw new FhirException(Issue.Value($"'{name}' is no name of a package: small letters, digits, dots and hyphens."));
        var package = await sources.FindAsync(name, version, cancellationToken) ?? throw new FhirException(Issue.NotFound(
            $"There is no package {name}{(version is null ? "" : $"#{version}")} here{(sources.AsksRegistries ? ", nor at a registry that this server may ask" : "; this server may ask no registry")} (setting Fhir:Packages:Registries)."));
        return await RunAsync(package, choices, cancellationToken);
    }

    /// <summary>Installs a package.</summary>
    /// <exception cref="FhirException">
    /// What is refused, unless the others are wanted all the same: <c>business-rule</c>, then each issue with package and file; <c>business-rule</c>: another archive of that name and version is here;
    /// <c>conflict</c>: other writers were faster each time. Nothing was changed then.
    /// </exception>
    public async Task<InstallReport> RunAsync(PackageArchive package, InstallChoices choices, CancellationToken cancellationToken)
    {
        var (packages, notes) = await sources.ResolveAsync(package, choices.Dependencies, cancellationToken);
        var installed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var each in packages) await CheckAsync(each, installed, cancellationToken);
        var unwritable = new Dictionary<string, IReadOnlyList<Issue>>(StringComparer.Ordinal);
        for (var attempt = 1; ; attempt++)
        {
            var candidates = await PlanAsync(packages, installed, unwritable, choices, cancellationToken);
            List<WriteOperation> operations = [.. candidates.Select(candidate => candidate.Operation).OfType<WriteOperation>()];
            if (choices.IsDryRun)
            {
                // What the store has against them is told as well; what follows from that is found by looking again without them.
                if (Places(await store.FindObstaclesAsync(operations, cancellationToken), candidates) is { Count: > 0 } obstacles)
                {
                    foreach (var (candidate, issues) in obstacles) unwritable[NameOf(candidate)] = issues;
                    continue;
                }
            }
            else
            {
                if (!choices.SkipRefused) Refuse(candidates);
                try
                {
                    await writing.InstallAsync(operations, [.. packages.Select(each => ToKeep(each, candidates))], cancellationToken);
                }
                catch (FhirException fault) when (attempt < MaxPlans && fault.Issues.All(issue => issue.MessageId == OutcomeStatus.VersionConflict || issue.Type is IssueType.Duplicate))
                {
                    // Others have written in between: what they wrote is looked at anew.
                    continue;
                }
                catch (FhirException fault) when (Places(fault.Issues, candidates) is { Count: > 0 } places)
                {
                    if (!choices.SkipRefused) throw Refusal(places.SelectMany(place => place.Value.Select(issue => At(place.Key, issue))), places.Count);

                    // What they refer to is not there. Without them others may lack something, too, so that it ends only when all the rest can be written.
                    foreach (var (candidate, issues) in places) unwritable[NameOf(candidate)] = issues;
                    attempt = 0;
                    continue;
                }
            }

            return new InstallReport(choices.IsDryRun, [.. packages.Select(each => Told(each, candidates))], notes);
        }
    }

    /// <summary>Refuses a version that is here with other content, and gathers what earlier versions have brought.</summary>
    private async Task CheckAsync(PackageArchive package, HashSet<string> installed, CancellationToken cancellationToken)
    {
        foreach (var earlier in await registry.ListAsync(package.Manifest.Name, cancellationToken))
        {
            if (earlier.Version == package.Manifest.Version && earlier.Integrity != package.Integrity) throw new FhirException(PackageTable.Taken(earlier.Name, earlier.Version));
            if (await registry.FindContentsAsync(earlier.Name, earlier.Version, cancellationToken) is { } lines)
                foreach (var line in lines)
                    if (line is { Reference: { } reference, Outcome: not InstallOutcome.NewerKept }) installed.Add(reference);
        }
    }

    private async Task<IReadOnlyList<PackageCandidate>> PlanAsync(
        IReadOnlyList<PackageArchive> packages, HashSet<string> installed, Dictionary<string, IReadOnlyList<Issue>> unwritable, InstallChoices choices, CancellationToken cancellationToken)
    {
        List<PackageCandidate> candidates = [.. packages.SelectMany(package => package.Files.Select(file => new PackageCandidate(package, file)))];
        await Parallel.ForEachAsync(candidates, cancellationToken, (candidate, _) =>
        {
            candidate.Read(intake, choices);
            return ValueTask.CompletedTask;
        });
        foreach (var candidate in candidates)
            if (unwritable.TryGetValue(NameOf(candidate), out var issues)) candidate.Refuse(issues);
        if (choices.Validate) await ValidateAsync(candidates, cancellationToken);
        await new InstallPlan(store, await definitions.FollowVersionsAsync(cancellationToken), installed).MakeAsync(candidates, cancellationToken);
        await Parallel.ForEachAsync(candidates.Where(candidate => candidate.Operation is not null), cancellationToken, async (candidate, cancelled) =>
        {
            var verdict = await writing.Validation.JudgeAsync(candidate.Document!, isSeen: false, null, cancelled);
            if (verdict.Refusals.Count > 0) candidate.Refuse(verdict.Refusals);
        });
        return candidates;
    }

    /// <summary>Holds resources against profiles and invariants, with the definitions of the packages themselves.</summary>
    private async Task ValidateAsync(List<PackageCandidate> candidates, CancellationToken cancellationToken)
    {
        var library = new DefinitionLibrary();
        foreach (var candidate in candidates)
            if (candidate is { Document: { } document, Url: { } url }) library.Add(url, candidate.Version, () => document);
        var here = await definitions.FollowDefinitionsAsync(cancellationToken);
        var validator = (await definitions.FollowAsync(cancellationToken)).With(canonical => library.Find(canonical) ?? here(canonical));
        Parallel.ForEach(candidates.Where(candidate => candidate is { Outcome: null, Document: not null }), new ParallelOptions { CancellationToken = cancellationToken }, candidate =>
        {
            var errors = validator.Validate(candidate.Document!, new ValidationOptions { CancellationToken = cancellationToken })
                .Where(issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal).ToList();
            if (errors.Count > 0) candidate.Refuse(errors);
        });
    }

    private static void Refuse(IReadOnlyList<PackageCandidate> candidates)
    {
        List<Issue> refusals = [.. candidates.SelectMany(candidate => candidate.Refusals.Select(issue => At(candidate, issue)))];
        if (refusals.Count > 0) throw Refusal(refusals, candidates.Count(candidate => candidate.Outcome == InstallOutcome.Refused));
    }

    /// <summary>422, whatever the types of the issues.</summary>
    private static FhirException Refusal(IEnumerable<Issue> issues, int files) => new(
        [Issue.BusinessRule($"Nothing is installed, because {(files == 1 ? "a file is" : FormattableString.Invariant($"{files:N0} files are"))} refused; with 'skipRefused' the others are installed."), .. issues]);

    private static Issue At(PackageCandidate candidate, Issue issue) => issue with { Diagnostics = $"{NameOf(candidate)}: {issue.Diagnostics}" };

    private static string NameOf(PackageCandidate candidate) => $"{candidate.Package.Manifest.Reference} {candidate.File.Name}";

    /// <summary>The store names resources, the caller knows files.</summary>
    /// <returns>Empty when an issue is about none of them.</returns>
    private static Dictionary<PackageCandidate, List<Issue>> Places(IReadOnlyList<Issue> issues, IReadOnlyList<PackageCandidate> candidates)
    {
        var byKey = candidates.Where(candidate => candidate.Operation is not null).ToDictionary(candidate => candidate.Key.ToString(), StringComparer.Ordinal);
        var places = new Dictionary<PackageCandidate, List<Issue>>();
        foreach (var issue in issues)
        {
            var end = issue.Diagnostics.IndexOf(' ', StringComparison.Ordinal);
            if (end < 0 || issue.Type == IssueType.Transient || !byKey.TryGetValue(issue.Diagnostics[..end], out var candidate)) return [];
            if (!places.TryGetValue(candidate, out var own)) places.Add(candidate, own = []);
            own.Add(issue);
        }

        return places;
    }

    private static InstalledPackage Told(PackageArchive package, IReadOnlyList<PackageCandidate> candidates) => new(
        package.Manifest.Name, package.Manifest.Version, package.Integrity, [.. candidates.Where(candidate => candidate.Package == package).Select(candidate => candidate.Line())]);

    private static NewPackage ToKeep(PackageArchive package, IReadOnlyList<PackageCandidate> candidates) => new(
        package.Manifest.Name, package.Manifest.Version, package.Manifest.Json, package.Bytes, package.Shasum, package.Integrity, PackageContents.Write(Told(package, candidates).Lines));
}
