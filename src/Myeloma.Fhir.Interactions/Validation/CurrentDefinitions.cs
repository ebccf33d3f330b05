using Myeloma.Fhir.Interactions.Terminology;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Terminology;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.Forms;
using Myeloma.Fhir.Validation;

namespace Myeloma.Fhir.Interactions.Validation;

/// <summary>What canonicals name in the database as of now, and the validator that knows it besides the definitions of R4.</summary>
/// <remarks>
/// Loaded when first asked for, so that no start waits for it. This server's own writes count at once; those of others when they are asked for with
/// <see cref="FollowAsync(CancellationToken)"/>, else within <see cref="FollowInterval"/>. A validator serves until a StructureDefinition, ValueSet or CodeSystem changes; what is compiled of R4 stays even then.
/// </remarks>
public sealed class CurrentDefinitions(ResourceStore store, ConceptForms concepts, ValidationPolicy policy, TimeSpan writeTimeout, TimeProvider time) : IDisposable
{
    /// <summary>How soon writes are validated by what another server has changed.</summary>
    public static readonly TimeSpan FollowInterval = TimeSpan.FromSeconds(2);

    /// <summary>How long the count of changes is trusted: a server of before, which shares the database while it is replaced, does not count.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromMinutes(1);

    /// <summary>Definitions read with one statement.</summary>
    private const int PageSize = 200;

    /// <summary>Those that the validator compiles.</summary>
    private static readonly string[] Compiled = ["StructureDefinition", "ValueSet", "CodeSystem"];

    /// <summary>What is stored was accepted once, whatever the limits were then.</summary>
    private static readonly ParseLimits Unlimited = new(int.MaxValue, 1_000, int.MaxValue, int.MaxValue);

    private readonly SemaphoreSlim changing = new(1);
    private readonly Dictionary<ResourceKey, Held> held = [];

    private volatile DefinitionLibrary library = new();
    private bool isCompiledStale;
    private bool isLibraryStale;

    private volatile Validator validator = new(new ValidatorSettings
    {
        Concepts = concepts.Find,
        TimeProvider = time,
        InvariantLimits = new() { MaxSteps = policy.InvariantSteps, MaxTime = policy.InvariantTime },
    });

    private long keptBytes;
    private long followed;
    private long looked;
    private long changes;
    private long definitionGeneration = -1;
    private DateTimeOffset seenUpTo;
    private long terminologyGeneration = -1;

    /// <summary>The validator of now; what other servers changed in the last seconds may be missing.</summary>
    /// <exception cref="Model.Issues.FhirException"><c>transient</c>: the database can't be reached.</exception>
    public ValueTask<Validator> GetAsync(CancellationToken cancellationToken) => IsFresh ? new(validator) : new(FollowAsync(isPatient: false, cancellationToken));

    /// <summary>The validator that knows everything committed by now, on whichever server.</summary>
    /// <exception cref="Model.Issues.FhirException"><c>transient</c>: the database can't be reached.</exception>
    public Task<Validator> FollowAsync(CancellationToken cancellationToken) => FollowAsync(isPatient: true, cancellationToken);

    /// <summary>What canonicals name by everything committed by now; each answer is read from the database or memory when it is asked for.</summary>
    /// <exception cref="Model.Issues.FhirException"><c>transient</c>: the database can't be reached.</exception>
    public async Task<Func<string, ResourceDocument?>> FollowDefinitionsAsync(CancellationToken cancellationToken)
    {
        await FollowAsync(cancellationToken);
        return library.Find;
    }

    /// <summary>Code systems, value sets and concept maps by everything committed by now; compiled forms are kept until what they are made of is written anew.</summary>
    /// <remarks>Asks the database for one number, and for more only when that has changed.</remarks>
    /// <exception cref="Model.Issues.FhirException"><c>transient</c>: the database can't be reached.</exception>
    public async Task<TerminologyCatalog> FollowTerminologyAsync(CancellationToken cancellationToken)
    {
        // Read before the resources: what changes in between is found the next time, and nothing is missed.
        var generation = await store.FindTerminologyGenerationAsync(cancellationToken);
        if (Volatile.Read(ref terminologyGeneration) != generation)
        {
            Volatile.Write(ref definitionGeneration, -1);
            await FollowAsync(cancellationToken);
            Volatile.Write(ref terminologyGeneration, generation);
        }

        var known = library;
        return new TerminologyCatalog(R4Schema.Instance, (type, url) => [.. known.Versions(url).Where(document => document.ResourceType == type)], concepts.Find);
    }

    /// <summary>The canonical urls, without version, of the stored resources of a type, as of the last time they were followed; in any order, each once.</summary>
    public async Task<IReadOnlyList<string>> UrlsAsync(string type, CancellationToken cancellationToken)
    {
        await changing.WaitAsync(cancellationToken);
        try
        {
            return [.. held.Where(each => each.Key.Type == type).Select(each => each.Value.Url).OfType<string>().Distinct()];
        }
        finally
        {
            changing.Release();
        }
    }

    /// <summary>A number that rises with every definition that is taken over or goes: what was made of definitions under it is as good as ever while it stays.</summary>
    public long Changes => Volatile.Read(ref changes);

    /// <summary>All versions of what a canonical url names by everything committed by now, the one that a canonical without a version means first; the same document as long as it is not written anew.</summary>
    /// <exception cref="Model.Issues.FhirException"><c>transient</c>: the database can't be reached.</exception>
    public async Task<Func<string, IReadOnlyList<ResourceDocument>>> FollowVersionsAsync(CancellationToken cancellationToken)
    {
        await FollowAsync(cancellationToken);
        return library.Versions;
    }

    /// <summary>Brings the compiled forms of all stored CodeSystems into memory whose concepts lie in tables; one after the other.</summary>
    /// <exception cref="Model.Issues.FhirException"><c>transient</c>: the database can't be reached.</exception>
    public async Task LoadFormsAsync(CancellationToken cancellationToken)
    {
        // A database without such concepts is not read for them.
        if (!await concepts.AnyAsync(cancellationToken)) return;
        await FollowTerminologyAsync(cancellationToken);
        foreach (var url in await UrlsAsync("CodeSystem", cancellationToken))
            foreach (var document in library.Versions(url))
                if (ConceptContent.HashOf(document.Root) is { } hash) await concepts.FindAsync(hash, CodeSystemSource.Of(document.Root), cancellationToken);
    }

    /// <summary>The hashes of concepts that lie in tables, as far as stored CodeSystems name them, by everything committed by now.</summary>
    /// <exception cref="Model.Issues.FhirException"><c>transient</c>: the database can't be reached.</exception>
    public async Task<IReadOnlySet<string>> FollowContentsAsync(CancellationToken cancellationToken)
    {
        await FollowAsync(cancellationToken);
        await changing.WaitAsync(cancellationToken);
        try
        {
            return Contents();
        }
        finally
        {
            changing.Release();
        }
    }

    /// <summary>After a write: takes over the definitions among what was written.</summary>
    public async ValueTask AfterWriteAsync(IReadOnlyList<WriteResult> results)
    {
        List<ResourceVersion>? written = null;
        foreach (var result in results)
            if (result.Outcome != WriteOutcome.Unchanged && ResourceStore.IsDefinition(result.Version.Key.Type)) (written ??= []).Add(result.Version);
        if (written is null) return;

        // The write is committed: the snapshot follows it even when the client has gone.
        await changing.WaitAsync(CancellationToken.None);
        try
        {
            if (Volatile.Read(ref followed) != 0) Take(written);
        }
        finally
        {
            changing.Release();
        }
    }

    public void Dispose() => changing.Dispose();

    private bool IsFresh => Volatile.Read(ref followed) is not 0 and var at && time.GetElapsedTime(at) < FollowInterval;

    private async Task<Validator> FollowAsync(bool isPatient, CancellationToken cancellationToken)
    {
        // Read before the resources: what changes in between is found the next time, and nothing is missed.
        var generation = await store.FindDefinitionGenerationAsync(cancellationToken);
        if (Volatile.Read(ref definitionGeneration) == generation && time.GetElapsedTime(Volatile.Read(ref looked)) < LookInterval)
        {
            Volatile.Write(ref followed, time.GetTimestamp());
            return validator;
        }

        await changing.WaitAsync(cancellationToken);
        try
        {
            // Whoever waited behind another one has it fresh now.
            if (definitionGeneration == generation && time.GetElapsedTime(looked) < LookInterval) return validator;
            if (!isPatient && IsFresh) return validator;
            var asked = time.GetTimestamp();
            var isFirst = followed == 0;
            isCompiledStale |= isFirst;

            // A version bears the time of before its commit, and servers' clocks differ a little. What counts is when this was last done, however long ago that is.
            var now = time.GetUtcNow();
            var since = isFirst ? DateTimeOffset.MinValue : seenUpTo - writeTimeout - TimeSpan.FromMinutes(1);
            foreach (var ended in held.Where(each => each.Value.Url is null && each.Value.LastUpdated < since).Select(each => each.Key).ToList()) held.Remove(ended);
            while (true)
            {
                var known = held.Where(each => each.Value.LastUpdated >= since).Select(each => (each.Key, each.Value.VersionId)).ToList();
                var page = await store.ChangedAsync(ResourceStore.DefinitionTypes, since, known, PageSize, cancellationToken);
                foreach (var version in page) Hold(version);
                if (page.Count < PageSize) break;
                since = page[^1].LastUpdated;
            }

            Renew();
            seenUpTo = now;
            Volatile.Write(ref followed, asked);
            Volatile.Write(ref looked, asked);
            Volatile.Write(ref definitionGeneration, generation);
            return validator;
        }
        finally
        {
            changing.Release();
        }
    }

    private void Take(List<ResourceVersion> versions)
    {
        foreach (var version in versions) Hold(version);
        Renew();
    }

    private void Hold(ResourceVersion version)
    {
        Volatile.Write(ref changes, changes + 1);
        if (held.TryGetValue(version.Key, out var before))
        {
            if (before.VersionId >= version.VersionId) return;
            keptBytes -= before.Body?.Length ?? 0;
        }

        isCompiledStale |= Compiled.Contains(version.Key.Type);

        if (version.IsDeleted)
        {
            held[version.Key] = new Held(version.VersionId, version.LastUpdated, null, null, null, null, null);
            isLibraryStale |= before?.Url is not null;
            return;
        }

        var root = ResourceDocument.Parse(version.Body, limits: Unlimited).Root;
        var isKept = keptBytes + version.Body.Length <= policy.MaxDefinitionBytes;
        if (isKept) keptBytes += version.Body.Length;
        var made = held[version.Key] = new Held(
            version.VersionId, version.LastUpdated, root.TextOf("url"), root.TextOf("version"), root.TextOf("status"), isKept ? version.Body : null,
            version.Key.Type == "CodeSystem" ? ConceptContent.HashOf(root) : null);

        // What takes nothing away is added in place, so that a write costs the same however many definitions there are.
        if (before?.Url is not null && (before.Url, before.Version) != (made.Url, made.Version)) isLibraryStale = true;
        else if (made.Url is not null) Add(library, version.Key, made);
    }

    /// <summary>Of resources with the same url and version the one written last counts.</summary>
    private void Renew()
    {
        if (isLibraryStale)
        {
            var next = new DefinitionLibrary();
            foreach (var (key, each) in held.OrderBy(each => each.Value.LastUpdated))
                if (each.Url is not null) Add(next, key, each);
            library = next;
        }

        if (isCompiledStale)
        {
            validator = validator.With(canonical => library.Find(canonical));
            concepts.KeepOnly(Contents());
        }

        (isLibraryStale, isCompiledStale) = (false, false);
    }

    private HashSet<string> Contents() => [.. held.Values.Select(each => each.Content).OfType<string>()];

    private void Add(DefinitionLibrary to, ResourceKey key, Held each) => to.Add(each.Url!, each.Version, () => Read(key, each), each.Status);

    /// <summary>Asked by the validator, which can't wait otherwise, once for what it then keeps compiled.</summary>
    private ResourceDocument? Read(ResourceKey key, Held each)
    {
        if (each.Body is { } body) return ResourceDocument.Parse(body, limits: Unlimited);
        var current = store.FindAsync(key, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return current is { IsDeleted: false } ? ResourceDocument.Parse(current.Body, limits: Unlimited) : null;
    }

    /// <param name="Url">Null for what is deleted or has none.</param>
    /// <param name="Body">Null when it did not fit into what may be kept.</param>
    /// <param name="Content">Hash of the concepts that a CodeSystem has in tables; null for all else.</param>
    private sealed record Held(int VersionId, DateTimeOffset LastUpdated, string? Url, string? Version, string? Status, ReadOnlyMemory<byte>? Body, string? Content);
}
