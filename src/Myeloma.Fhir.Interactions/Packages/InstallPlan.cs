using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Interactions.Artifacts;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Packages;

/// <summary>Decides for each resource of packages under which id it is stored, and whether it is: what it is called by everybody is its url and version, the id is this server's.</summary>
/// <remarks>src/decisions/packages.md has the reasons.</remarks>
/// <param name="versions">All versions of what a url names here.</param>
/// <param name="installed">What earlier versions of the same packages have brought, as <c>Type/id</c>.</param>
internal sealed class InstallPlan(ResourceStore store, Func<string, IReadOnlyList<ResourceDocument>> versions, IReadOnlySet<string> installed)
{
    private const int MaxId = 64;

    private static readonly ParseLimits Unlimited = new(int.MaxValue, 1_000, int.MaxValue, int.MaxValue);

    private readonly Dictionary<ResourceKey, PackageCandidate> claimed = [];
    private readonly Dictionary<(string Type, string Url, string? Version), PackageCandidate> identities = [];
    private readonly Dictionary<ResourceKey, ResourceVersion> found = [];
    private readonly Dictionary<(PackageArchive Package, string Reference), ResourceKey> moved = [];

    /// <summary>Decides about the candidates that are not decided yet.</summary>
    public async Task MakeAsync(IReadOnlyList<PackageCandidate> candidates, CancellationToken cancellationToken)
    {
        var open = candidates.Where(candidate => candidate.Outcome is null).ToList();
        foreach (var candidate in open) candidate.Key = Here(candidate) ?? Own(candidate);
        await LookAsync(open.Select(candidate => candidate.Key), cancellationToken);
        await LookAsync(open.Where(candidate => IsTaken(candidate)).SelectMany(Others), cancellationToken);
        foreach (var candidate in open) Claim(candidate);
        foreach (var candidate in open.Where(candidate => candidate.Outcome is null)) Decide(candidate);
    }

    /// <summary>Where the same url and version is stored.</summary>
    private ResourceKey? Here(PackageCandidate candidate)
    {
        if (candidate.Url is not { } url) return null;
        var type = candidate.Document!.ResourceType;
        return versions(url).FirstOrDefault(stored => stored.ResourceType == type && stored.Root.TextOf("version") == candidate.Version) is { Id: { } id } ? new ResourceKey(type, id) : null;
    }

    private static ResourceKey Own(PackageCandidate candidate)
    {
        var document = candidate.Document!;
        if (document.Id is { } id) return new ResourceKey(document.ResourceType, id);
        var name = candidate.Url is { } url ? url[(url.LastIndexOfAny(['/', ':']) + 1)..] : Path.GetFileNameWithoutExtension(candidate.File.Name);
        if (name.StartsWith(document.ResourceType + "-", StringComparison.Ordinal)) name = name[(document.ResourceType.Length + 1)..];
        return new ResourceKey(document.ResourceType, Fitting(name.Length == 0 ? "resource" : name));
    }

    private async Task LookAsync(IEnumerable<ResourceKey> keys, CancellationToken cancellationToken)
    {
        foreach (var version in await store.FindAsync([.. keys.Where(key => !found.ContainsKey(key)).Distinct()], cancellationToken)) found[version.Key] = version;
    }

    /// <summary>Whether something else has the id: stored, or earlier in the packages.</summary>
    private bool IsTaken(PackageCandidate candidate) =>
        (Stored(candidate.Key) is { } other && !IsSame(candidate, other)) || (claimed.TryGetValue(candidate.Key, out var earlier) && earlier != candidate);

    private ResourceDocument? Stored(ResourceKey key) => found.TryGetValue(key, out var version) && !version.IsDeleted ? ResourceDocument.Parse(version.Body, limits: Unlimited) : null;

    /// <summary>Whether a stored resource is the one that a candidate is about: by url and version, or by the id where neither has a url.</summary>
    private static bool IsSame(PackageCandidate candidate, ResourceDocument stored) =>
        stored.Root.TextOf("url") == candidate.Url && (candidate.Url is null || stored.Root.TextOf("version") == candidate.Version);

    /// <summary>Ids that a resource gets when its own is another's: with its version, and with a hash of what it is called.</summary>
    private static ResourceKey[] Others(PackageCandidate candidate)
    {
        var (type, id) = candidate.Key;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{candidate.Url}|{candidate.Version}|{candidate.Package.Manifest.Name}")))[..12];
        var hashed = new ResourceKey(type, $"{id[..Math.Min(id.Length, MaxId - 13)]}-{hash}");
        return candidate.Version is { } version ? [new ResourceKey(type, Fitting($"{id}-{version}")), hashed] : [hashed];
    }

    private static string Fitting(string text)
    {
        var id = string.Concat(text.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' ? letter : '-'));
        return id.Length <= MaxId ? id : id[..MaxId];
    }

    private void Claim(PackageCandidate candidate)
    {
        var type = candidate.Document!.ResourceType;
        if (candidate.Url is { } url && !identities.TryAdd((type, url, candidate.Version), candidate))
        {
            Repeat(candidate, identities[(type, url, candidate.Version)]);
            return;
        }

        var wanted = candidate.Key;
        if (IsTaken(candidate))
        {
            if (candidate.Url is null)
            {
                if (claimed.TryGetValue(candidate.Key, out var earlier)) Repeat(candidate, earlier);
                else candidate.Refuse([Issue.BusinessRule($"{candidate.Key} is another resource here, with the url {Stored(candidate.Key)!.Root.TextOf("url")}.")]);
                return;
            }

            candidate.Key = Others(candidate).FirstOrDefault(key => Stored(key) is null && !claimed.ContainsKey(key));
            if (candidate.Key == default)
            {
                candidate.Refuse([Issue.BusinessRule($"{wanted} is another resource here, and so are the other ids it could get.")]);
                return;
            }

            candidate.Remark = $"The id {wanted.Id} is another's.";
        }

        claimed.Add(candidate.Key, candidate);
        if (candidate.Document.Id is { } id && id != candidate.Key.Id) moved[(candidate.Package, $"{type}/{id}")] = candidate.Key;
    }

    private static void Repeat(PackageCandidate candidate, PackageCandidate earlier)
    {
        candidate.Key = earlier.Key;
        var place = $"{earlier.Package.Manifest.Reference} {earlier.File.Name}";
        if (Says(candidate.Document!, earlier.Document!)) candidate.Decide(InstallOutcome.Same, $"It is the same as {place}.");
        else candidate.Refuse([Issue.BusinessRule($"{TracedArtifacts.CanonicalOf(candidate.Document!) ?? candidate.Key.ToString()} is in {place}, too, with other content.")]);
    }

    private void Decide(PackageCandidate candidate)
    {
        if (moved.Count > 0)
            candidate.Document = ReferenceRewrite.Apply(candidate.Document!, text => moved.TryGetValue((candidate.Package, text), out var key) ? key.ToString() : null);
        var document = candidate.Document!;
        if (Stored(candidate.Key) is not { } stored)
        {
            candidate.Operation = new WriteOperation.Create(candidate.Key, document);
            candidate.Decide(InstallOutcome.Created, candidate.Remark);
            return;
        }

        var version = found[candidate.Key];
        if (Says(document, stored)) candidate.Decide(InstallOutcome.Same, candidate.Remark);
        else if (document.ResourceType == "Provenance" && Says(RecordedAs(document, stored), stored)) candidate.Decide(InstallOutcome.Same, "It is the same but for the time at which it was recorded.");
        else if (candidate.Url is null && !installed.Contains(candidate.Key.ToString()))
            candidate.Refuse([Issue.BusinessRule($"{candidate.Key} is here with other content, and no package of this name has brought it.")]);
        else if (IsLater(stored.Root.TextOf("date"), document.Root.TextOf("date")))
            candidate.Decide(InstallOutcome.NewerKept, $"What is here is of {stored.Root.TextOf("date")}, the package's of {document.Root.TextOf("date")}.");
        else
        {
            candidate.Operation = new WriteOperation.Update(candidate.Key, document, version.VersionId);
            candidate.Decide(InstallOutcome.Updated, candidate.Remark);
        }
    }

    /// <summary>A Provenance as if it had been recorded when another one was: who loads a document records the same as who loaded it before, at another time.</summary>
    private static ResourceDocument RecordedAs(ResourceDocument provenance, ResourceDocument other)
    {
        var json = JsonNode.Parse(provenance.Bytes.Span)!;
        json["recorded"] = other.Root.TextOf("recorded");
        return ResourceDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(json), limits: Unlimited);
    }

    /// <summary>Whether two documents say the same under one id.</summary>
    private static bool Says(ResourceDocument document, ResourceDocument stored) =>
        ContentEquality.Same(stored, ResourceDocument.Parse(ResourceStamp.Apply(document, stored.Id ?? "none", "1", DateTimeOffset.UnixEpoch), limits: Unlimited))
        || ContentEquality.Same(stored, document);

    /// <summary>Whether a date is later than another as far as both are written: a year is neither before nor after its months.</summary>
    private static bool IsLater(string? left, string? right)
    {
        if (left is null || right is null) return false;
        var common = Math.Min(left.Length, right.Length);
        return string.CompareOrdinal(left[..common], right[..common]) > 0;
    }
}
