using Myeloma.Fhir.Interactions.Artifacts;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Search;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Terminology;

namespace Myeloma.Fhir.Interactions.Dependents;

/// <summary><c>$dependents</c>: what rests on a code or an artifact, and what would become of it if that were retired. An operation of our own; nothing is stored.</summary>
public sealed class DependentsOperation(
    ResourceStore store, CurrentDefinitions definitions, CurrentSearchParameters searchParameters, SearchOptions options, ArtifactSettings settings, TerminologyLimits limits) : IOperation
{
    private static readonly ParseLimits Unlimited = new(int.MaxValue, 1_000, int.MaxValue, int.MaxValue);

    public OperationDefinition Definition { get; } = new()
    {
        Name = "$dependents",
        Url = "http://myeloma-fhir.org/fhir/OperationDefinition/dependents",
        Levels = OperationLevels.System | OperationLevels.Instance,
        ResourceTypes = ArtifactOperations.Types,
        Parameters =
        [
            new("system", "uri"), new("code", "code"), new("url", "uri"), new("version", "string"), new("transitive", "boolean"), new("offset", "integer"), new("count", "integer"),
        ],
    };

    /// <returns>200 with Parameters, as <see cref="DependentsContent"/> has them.</returns>
    /// <exception cref="FhirException">
    /// <c>required</c>, <c>invalid</c>: nothing is asked about, or more than one thing; <c>not-found</c>, <c>deleted</c>: the instance; <c>too-costly</c>: more rests on it than may be told.
    /// </exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        Check(request);
        var versions = await definitions.FollowVersionsAsync(cancellationToken);
        var catalog = await definitions.FollowTerminologyAsync(cancellationToken);
        var target = await TargetAsync(request, versions, cancellationToken);
        var search = new DependentSearch(store, searchParameters.Registry, options with { BaseUrl = request.Context.BaseUrl }, settings.MaxResources);
        var found = new List<Dependent>();
        var known = new HashSet<ResourceKey>();
        if (target.Key is { } own) known.Add(own);
        await AddAsync(target, 1, null);
        if (request.Boolean("transitive") == true)
        {
            for (var next = 0; next < found.Count; next++)
            {
                var (document, depth) = (found[next].Document, found[next].Depth);
                var through = new ResourceKey(document.ResourceType, document.Id!);

                // Codes of a drug are its own; what shares one does not rest on it.
                await AddAsync(DependentTarget.Of(document, versions, withCodes: false), depth + 1, through);
            }
        }

        return FhirResponse.Ok(new DependentsContent(target, found, request.Integer("offset") ?? 0, request.Integer("count")));

        async Task AddAsync(DependentTarget asked, int depth, ResourceKey? through)
        {
            var reading = new DependentReading(asked, catalog, limits);
            foreach (var document in await search.FindAsync(asked, cancellationToken))
            {
                if (known.Contains(new ResourceKey(document.ResourceType, document.Id!)) || reading.Of(document) is not { Count: > 0 } places) continue;
                known.Add(new ResourceKey(document.ResourceType, document.Id!));
                found.Add(new Dependent(document, depth, through, places));
            }

            if (found.Count > settings.MaxResources)
                throw new FhirException(Issue.TooCostly(FormattableString.Invariant($"More than {settings.MaxResources:N0} resources rest on {target.Name}, the limit of this server (setting Fhir:Artifacts:MaxResources).")));
        }
    }

    private static void Check(OperationRequest request)
    {
        var (code, url) = (request.Text("code"), request.Text("url"));
        var faults = new List<Issue>();
        var named = new[] { request.Id, code, url }.Count(each => each is not null);
        if (named == 0) faults.Add(Issue.Required("Nothing is asked about: give 'system' and 'code', or 'url', or invoke '$dependents' on a resource."));
        if (named > 1) faults.Add(Issue.Invalid("More than one thing is asked about: give 'system' and 'code', or 'url', or invoke '$dependents' on a resource."));
        if (code is not null && request.Text("system") is null) faults.Add(Issue.Required("The parameter 'code' needs 'system', the code system it is of."));
        if (code is null && request.Text("system") is not null) faults.Add(Issue.Required("The parameter 'system' needs 'code'; what rests on the whole code system is asked by 'url'."));
        if (request.Text("version") is not null && url is null) faults.Add(Issue.Invalid("The parameter 'version' belongs to 'url'."));
        foreach (var name in (string[])["offset", "count"])
            if (request.Integer(name) < 0) faults.Add(Issue.Invalid($"The parameter '{name}' is not negative."));
        if (faults.Count > 0) throw new FhirException(faults);
    }

    private async Task<DependentTarget> TargetAsync(OperationRequest request, Func<string, IReadOnlyList<ResourceDocument>> versions, CancellationToken cancellationToken)
    {
        if (request.Id is { } id)
        {
            var key = new ResourceKey(request.Type!, id);
            var current = await store.FindAsync(key, cancellationToken) ?? throw new FhirException(Issue.NotFound($"{key} is not known here."));
            if (current.IsDeleted) throw new FhirException(Issue.Deleted($"{key} was deleted at {BundleWriting.Instant(current.LastUpdated)}."));
            return DependentTarget.Of(ResourceDocument.Parse(current.Body, limits: Unlimited), versions, withCodes: true);
        }

        if (request.Text("code") is { } code) return new DependentTarget { Name = $"{request.Text("system")}|{code}", Codes = [(request.Text("system")!, code)] };
        var text = request.Text("url")!;
        var bar = text.IndexOf('|', StringComparison.Ordinal);
        var (url, version) = bar < 0 ? (text, request.Text("version")) : (text[..bar], text[(bar + 1)..]);
        var known = versions(url);
        if (version is not null && known.FirstOrDefault(document => document.Root.TextOf("version") == version) is { } stored) return DependentTarget.Of(stored, versions, withCodes: true);

        // What is not here may be named all the same.
        return new DependentTarget
        {
            Name = version is null ? url : $"{url}|{version}", Url = url, Version = version, Meant = known.Count > 0 ? known[0].Root.TextOf("version") : null,
            Key = known.Count == 1 ? new ResourceKey(known[0].ResourceType, known[0].Id!) : null, IsCodeSystem = known.Count == 0 || known[0].ResourceType == "CodeSystem",
        };
    }
}
