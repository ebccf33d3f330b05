using System.Globalization;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Search.Index;

namespace Myeloma.Fhir.Store.Writing;

/// <summary>One operation on its way through a transaction; what depends on the document alone outlives a retry.</summary>
internal sealed class PendingWrite(WriteOperation operation)
{
    /// <summary>For what is stored already.</summary>
    public static readonly ParseLimits Unlimited = new(int.MaxValue, 1_000, int.MaxValue, int.MaxValue) { MaxTime = TimeSpan.MaxValue };

    private IndexEntries? entries;
    private ResourceDocument? completed;
    private StoredVersion? current;
    private ResourceDocument? currentDocument;
    private byte[]? identity;
    private bool isIdentified;

    public WriteOperation Operation => operation;

    public ResourceKey Key => operation.Key;

    /// <summary>Null for a deletion, and where nothing is to be changed.</summary>
    public ResourceDocument? Document => completed ?? operation switch
    {
        WriteOperation.Create create => create.Document,
        WriteOperation.Update update => update.Document,
        _ => null,
    };

    /// <summary>The current version as the transaction has locked it; null when the key was never used.</summary>
    public StoredVersion? Current
    {
        get => current;
        set => (current, currentDocument) = (value, null);
    }

    /// <summary>The current version as a document; null where there is none, or its last one is a deletion.</summary>
    public ResourceDocument? CurrentDocument =>
        Current is not { Deleted: false } there ? null : currentDocument ??= ResourceDocument.Parse(there.Body, (Document ?? throw new InvalidOperationException("A deletion has no need of it.")).Schema, Unlimited);

    /// <summary>What the url and version of the document come to; null for a deletion, and what is no artifact or has no version.</summary>
    public byte[]? Identity
    {
        get
        {
            if (!isIdentified) (identity, isIdentified) = (Document is { } document ? ArtifactGuard.IdentityOf(document) : null, true);
            return identity;
        }
    }

    /// <summary>Whether somebody changed the resource between the search that found it and the lock on its row.</summary>
    public bool HasLostMatch => operation.MatchedVersion is { } found && (Current is not { Deleted: false } current || current.Version != found);

    /// <summary>What the operation comes to.</summary>
    public WriteResult? Result { get; private set; }

    /// <summary>The rid of the new version; meaningless when there is none.</summary>
    public long NewRid { get; private set; }

    /// <summary>Numbers of the rid sequence for what the document contains.</summary>
    public ReadOnlyMemory<long> ContainedSequence { get; set; }

    /// <summary>How many resources the document contains; 0 where there is none.</summary>
    public int ContainedCount
    {
        get
        {
            var count = 0;
            if (Document is { } document && document.Bytes.Span.IndexOf("\"contained\""u8) >= 0)
                foreach (var _ in document.Root.Children("contained")) count++;
            return count;
        }
    }

    public bool MakesVersion => Result is { Outcome: not WriteOutcome.Unchanged };

    public IndexEntries Entries(Func<ResourceDocument, IndexRows> extract) => entries ??= IndexEntries.Of(Document!, extract);

    /// <summary>What stands against the operation, given the current version.</summary>
    public Issue? Obstacle()
    {
        var exists = Current is { Deleted: false };
        var expected = operation switch
        {
            WriteOperation.Update update => update.IfMatchVersion,
            WriteOperation.Delete delete => delete.IfMatchVersion,
            _ => null,
        };
        if (operation is WriteOperation.Create && exists)
            return new Issue(IssueSeverity.Error, IssueType.Duplicate, $"{Key} exists already, as version {Current!.Version}.");
        if (operation is WriteOperation.Update { OnlyIfAbsent: true } && exists)
            return new Issue(IssueSeverity.Error, IssueType.Conflict, $"{Key} must not exist yet, as If-None-Match asks, but its current version is {Current!.Version}.", MessageId: "precondition-failed");
        if (expected is not { } version || (exists && Current!.Version == version)) return null;

        var found = Current is null ? "it does not exist" : exists ? $"the current version is {Current.Version}" : "it was deleted";
        return new Issue(
            IssueSeverity.Error, IssueType.Conflict, $"{Key} is expected to be at version {version}, but {found}.", MessageId: "version-conflict");
    }

    /// <summary>Decides the outcome; makes the new version when there is one.</summary>
    /// <param name="versionIdentical">Whether content that is there already makes a version, too.</param>
    /// <param name="now">UTC; the version's lastUpdated is this in whole milliseconds, or just after that of the version before.</param>
    public void Decide(DateTimeOffset now, long sequence, bool versionIdentical)
    {
        if (operation is WriteOperation.Keep || (Document is null && Current is not { Deleted: false }))
        {
            var version = Current is null
                ? new ResourceVersion(Key, 0, now, true, "DELETE", ReadOnlyMemory<byte>.Empty)
                : Current.ToVersion(Key);
            Result = new WriteResult(version, WriteOutcome.Unchanged);
            return;
        }

        var lastUpdated = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());
        if (Current is not null && lastUpdated <= Rid.LastUpdated(Current.Rid)) lastUpdated = Rid.LastUpdated(Current.Rid).AddMilliseconds(1);
        var number = (Current?.Version ?? 0) + 1;
        var body = Document is null
            ? []
            : ResourceStamp.Apply(Document, Key.Id, number.ToString(CultureInfo.InvariantCulture), lastUpdated);

        // Compared with the stamp on, so that a document that leaves out id or meta counts as the same, too.
        if (!versionIdentical && Document is not null && Current is { Deleted: false } && ContentEquality.Same(CurrentDocument!, Parse(body, Document)))
        {
            Result = new WriteResult(Current.ToVersion(Key), WriteOutcome.Unchanged);
            return;
        }

        NewRid = Rid.Of(lastUpdated, sequence);
        var method = operation switch
        {
            WriteOperation.Create => "POST",
            WriteOperation.Update => "PUT",
            _ => "DELETE",
        };
        var outcome = Document is null ? WriteOutcome.Deleted : Current is { Deleted: false } ? WriteOutcome.Updated : WriteOutcome.Created;
        Result = new WriteResult(new ResourceVersion(Key, number, lastUpdated, Document is null, method, body), outcome);
    }

    /// <summary>Gives the new version another content, under the same number and time.</summary>
    public void Complete(ResourceDocument document, Func<ResourceDocument, IndexRows> extract)
    {
        var version = Result!.Version;
        var body = ResourceStamp.Apply(document, Key.Id, version.VersionId.ToString(CultureInfo.InvariantCulture), version.LastUpdated);
        Result = Result with { Version = version with { Body = body } };
        entries = IndexEntries.Of(document, extract);
        completed = document;
    }

    /// <summary>What is stored was accepted once, whatever the limits were then.</summary>
    private static ResourceDocument Parse(byte[] stored, ResourceDocument alike) => ResourceDocument.Parse(stored, alike.Schema, Unlimited);
}

/// <summary>A row of <c>resource</c>.</summary>
internal sealed record StoredVersion(long Rid, int Version, bool Deleted, string Method, byte[] Body)
{
    public ResourceVersion ToVersion(ResourceKey key) =>
        new(key, Version, Store.Rid.LastUpdated(Rid), Deleted, Method, Body);
}
