using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Search;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Reviewing;

/// <summary><c>$review-release</c>: makes a draft of the loader active, when every statement in it was reviewed. An operation of our own.</summary>
/// <remarks>
/// It is the only way by which what the loader made becomes active. What a plan is composed of becomes active with it: else a draft, which anybody may write, would say what the active plan
/// gives. Other versions that were active until then are retired in the same transaction.
/// </remarks>
public sealed class ReviewReleaseOperation(
    ResourceStore store, StatementRegister register, ReviewWriting writing, ReviewSettings settings, CurrentSearchParameters searchParameters, SearchOptions options, TimeProvider time) : IOperation
{
    private const int MaxTold = 20;

    public OperationDefinition Definition { get; } = new()
    {
        Name = "$review-release",
        Url = "http://myeloma-fhir.org/fhir/OperationDefinition/review-release",
        Levels = OperationLevels.Instance,
        ResourceTypes = ReviewRules.Releasable,
        AffectsState = true,
    };

    /// <returns>200 with the resource as it is now.</returns>
    /// <exception cref="FhirException">
    /// <c>login</c>, <c>forbidden</c>: nobody who may; <c>not-found</c>, <c>deleted</c>; <c>business-rule</c>: no draft, or none that the loader made, or statements that are open, one issue each,
    /// or what is not as the documents give it;
    /// <c>conflict</c>: it was changed meanwhile.
    /// </exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        var reviewer = settings.Get(request.Context);
        if (!reviewer.MayRelease)
            throw new FhirException(new Issue(IssueSeverity.Error, IssueType.Forbidden, $"{reviewer.Name} may review, and not release (setting Fhir:Review:Reviewers, MayRelease)."));
        var key = new ResourceKey(request.Type!, request.Id!);
        var current = await store.FindAsync(key, cancellationToken) ?? throw new FhirException(Issue.NotFound($"{key} is not known here."));
        if (current.IsDeleted) throw new FhirException(Issue.Deleted($"{key} was deleted."));
        var document = ResourceDocument.Parse(current.Body);
        if (!ReviewRules.HasTag(document, ReviewRules.LoaderTag)) throw new FhirException(Issue.BusinessRule($"{key} was not made by the loader; what becomes of it is no matter of this review."));
        if (document.Root.TextOf("status") is var status && status != "draft") throw new FhirException(Issue.BusinessRule($"{key} is {status ?? "without a status"}, and no draft.", $"{key.Type}.status"));
        List<(ResourceVersion Version, ResourceDocument Document)> released = [(current, document), .. await ComponentsAsync(document, cancellationToken)];
        await RefuseOpenAsync([.. released.Select(each => each.Version.Key)], cancellationToken);
        await RefuseChangedAsync([.. released.Select(each => $"{each.Version.Key}")], cancellationToken);

        var now = time.GetUtcNow();
        var entries = new List<(string, byte[], int?)>();
        foreach (var (version, content) in released)
        {
            entries.Add(($"{version.Key}", Released(content, now), version.VersionId));
            entries.AddRange(await PastAsync(content, cancellationToken));
            entries.Add(ProvenanceOf(version.Key, version.VersionId + 1, reviewer, now));
        }

        await writing.WriteAsync(entries, request.Context, cancellationToken);
        return FhirResponse.Ok((await store.FindAsync(key, cancellationToken))!);
    }

    /// <summary>The drafts of the loader that the actions of a plan name, in the versions that they name.</summary>
    private async Task<IReadOnlyList<(ResourceVersion, ResourceDocument)>> ComponentsAsync(ResourceDocument plan, CancellationToken cancellationToken)
    {
        var found = new Dictionary<ResourceKey, (ResourceVersion, ResourceDocument)>();
        foreach (var canonical in Definitions(plan.Root).Distinct(StringComparer.Ordinal))
        {
            var parts = canonical.Split('|');
            foreach (var type in (string[])["ActivityDefinition", "PlanDefinition"])
            {
                List<KeyValuePair<string, string>> parameters = [new("url", parts[0]), new("status", "draft"), new("_count", "100"), new("_total", "none")];
                if (parts.Length > 1) parameters.Add(new("version", parts[1]));
                var search = SearchRequest.Bind(type, parameters, searchParameters.Registry, options with { Strict = true, MaxCount = 100 });
                foreach (var match in (await store.SearchAsync(search, cancellationToken)).Matches)
                {
                    var document = ResourceDocument.Parse(match.Body);
                    if (ReviewRules.HasTag(document, ReviewRules.LoaderTag)) found.TryAdd(match.Key, (match, document));
                }
            }
        }

        found.Remove(new ResourceKey(plan.ResourceType, plan.Id!));
        return [.. found.Values];
    }

    private static IEnumerable<string> Definitions(Element holder)
    {
        foreach (var action in holder.Children("action"))
        {
            if (action.TextOf("definition") is { } canonical) yield return canonical;
            foreach (var inner in Definitions(action)) yield return inner;
        }
    }

    /// <param name="keys">What is to be released, and behind it its components; of those without statements there is nothing to be reviewed.</param>
    private async Task RefuseOpenAsync(IReadOnlyList<ResourceKey> keys, CancellationToken cancellationToken)
    {
        var open = new List<ReviewedStatement>();
        foreach (var key in keys)
        {
            var statements = await register.FindAsync($"{key}", cancellationToken);
            if (statements.Count == 0 && key == keys[0]) throw new FhirException(Issue.BusinessRule($"No statement of {key} is on record, so that nothing in it can have been reviewed; load its documents again."));
            open.AddRange(statements.Where(statement => statement.State == "open"));
        }

        if (open.Count == 0) return;
        List<Issue> issues = [.. open.Take(MaxTold).Select(statement => Issue.BusinessRule(
            $"Nobody has reviewed this statement{(statement.Resource == $"{keys[0]}" ? "" : $" of {statement.Resource}")} yet: {statement.Id}.", statement.Element))];
        if (open.Count > MaxTold) issues.Add(Issue.BusinessRule(FormattableString.Invariant($"{open.Count - MaxTold} more statements of {keys[0]} are open; $review-queue lists them.")));
        throw new FhirException(issues);
    }

    /// <summary>Reviewers judged what the loader read. What somebody else has written since is not that.</summary>
    private async Task RefuseChangedAsync(HashSet<string> references, CancellationToken cancellationToken)
    {
        var changed = (await writing.BuildAnew!([], references, cancellationToken)).Select(entry => entry.Reference).Where(references.Contains).ToList();
        if (changed.Count > 0)
            throw new FhirException([.. changed.Select(reference => Issue.BusinessRule($"{reference} is not what its documents give: somebody changed it after it was loaded. Load the documents again, which puts back what they say, and review what is open then."))]);
    }

    private static byte[] Released(ResourceDocument document, DateTimeOffset now)
    {
        var json = Parsed(document);
        json["status"] = "active";
        var type = R4Schema.Instance.FindType(document.ResourceType)!;
        var day = StatementDecision.Instant(now)[..10];
        foreach (var name in (string[])["date", "approvalDate", "lastReviewDate"])
            if (type.FindElement(name) is not null) json[name] = day;
        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    /// <summary>The versions that were active until now, retired.</summary>
    private async Task<IReadOnlyList<(string, byte[], int?)>> PastAsync(ResourceDocument document, CancellationToken cancellationToken)
    {
        var search = SearchRequest.Bind(
            document.ResourceType, [new("url", document.Root.TextOf("url") ?? ""), new("status", "active"), new("_count", "100"), new("_total", "none")], searchParameters.Registry, options with { Strict = true, MaxCount = 100 });
        var past = new List<(string, byte[], int?)>();
        foreach (var match in (await store.SearchAsync(search, cancellationToken)).Matches)
        {
            var other = ResourceDocument.Parse(match.Body);
            if (other.Id == document.Id || !ReviewRules.HasTag(other, ReviewRules.LoaderTag)) continue;
            var json = Parsed(other);
            json["status"] = "retired";
            past.Add(($"{match.Key}", Encoding.UTF8.GetBytes(json.ToJsonString()), match.VersionId));
        }

        return past;
    }

    private static (string, byte[], int?) ProvenanceOf(ResourceKey key, int version, Reviewer reviewer, DateTimeOffset now)
    {
        var id = "review-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{key}/_history/{version}"))))[..32];
        var who = new JsonObject { ["display"] = reviewer.Name };
        if (reviewer.Reference is not null) who.Insert(0, "reference", reviewer.Reference);
        var provenance = new JsonObject
        {
            ["resourceType"] = "Provenance",
            ["id"] = id,
            ["meta"] = new JsonObject { ["tag"] = new JsonArray(new JsonObject { ["system"] = ReviewRules.TagSystem, ["code"] = ReviewRules.ReviewTag }) },
            ["target"] = new JsonArray(new JsonObject { ["reference"] = $"{key}" }),
            ["recorded"] = StatementDecision.Instant(now),
            ["activity"] = new JsonObject { ["coding"] = new JsonArray(new JsonObject { ["system"] = "http://myeloma-fhir.org/fhir/CodeSystem/review-verdict", ["code"] = "released", ["display"] = "Released" }) },
            ["agent"] = new JsonArray(new JsonObject
            {
                ["type"] = new JsonObject { ["coding"] = new JsonArray(new JsonObject { ["system"] = "http://terminology.hl7.org/CodeSystem/provenance-participant-type", ["code"] = "legal", ["display"] = "Legal Authenticator" }) },
                ["who"] = who,
            }),
        };
        return ($"Provenance/{id}", Encoding.UTF8.GetBytes(provenance.ToJsonString()), null);
    }

    /// <summary>Without what the store puts in.</summary>
    private static JsonObject Parsed(ResourceDocument document)
    {
        var json = (JsonObject)JsonNode.Parse(document.Bytes.Span)!;
        if (json["meta"] is not JsonObject meta) return json;
        meta.Remove("versionId");
        meta.Remove("lastUpdated");
        return json;
    }
}
