using System.Security.Cryptography;
using System.Text;
using Myeloma.Fhir.Model.Canonicals;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Npgsql;
using NpgsqlTypes;

namespace Myeloma.Fhir.Store.Writing;

/// <summary>The artifacts of one transaction: who has which url and version, and where a status may go.</summary>
/// <remarks>
/// The lookup finds what stands against a write in words; that two writers do not both take a version is the unique index's business, and who loses there is run again and then finds the other.
/// src/decisions/artifact-lifecycle.md has the reasons.
/// </remarks>
internal sealed class ArtifactGuard(bool isUnique, bool hasStatusRules)
{
    private const string LookupText = """
        SELECT k.at, a.id
        FROM unnest($1::text[], $2::bytea[]) WITH ORDINALITY AS k(type, hash, at)
        JOIN artifact_identity a ON a.type = k.type COLLATE "C" AND a.hash = k.hash
        ORDER BY a.type, a.doubled, a.id
        """;

    /// <summary>Gives identities up; of those that were doubled one gets it.</summary>
    private const string ReleaseText = """
        WITH gone AS (
            DELETE FROM artifact_identity a USING unnest($1::text[], $2::text[], $3::bytea[]) AS n(type, id, hash)
            WHERE a.type = n.type COLLATE "C" AND a.id = n.id COLLATE "C" AND (n.hash IS NULL OR a.hash <> n.hash)
            RETURNING a.type, a.id, a.hash, a.doubled),
        heir AS (
            SELECT DISTINCT ON (d.type, d.hash) d.type, d.id FROM artifact_identity d
            JOIN gone ON gone.type = d.type AND gone.hash = d.hash AND NOT gone.doubled
            WHERE d.doubled AND NOT EXISTS (SELECT FROM gone g WHERE g.type = d.type AND g.id = d.id)
            ORDER BY d.type, d.hash, d.id)
        UPDATE artifact_identity a SET doubled = false FROM heir WHERE a.type = heir.type AND a.id = heir.id
        """;

    private const string TakeText = """
        INSERT INTO artifact_identity (type, id, hash, doubled)
        SELECT n.type, n.id, n.hash, $4 AND (row_number() OVER (PARTITION BY n.type, n.hash ORDER BY n.at) > 1
            OR EXISTS (SELECT FROM artifact_identity o WHERE o.type = n.type COLLATE "C" AND o.hash = n.hash AND NOT o.doubled))
        FROM unnest($1::text[], $2::text[], $3::bytea[]) WITH ORDINALITY AS n(type, id, hash, at)
        WHERE n.hash IS NOT NULL AND NOT EXISTS (SELECT FROM artifact_identity o WHERE o.type = n.type COLLATE "C" AND o.id = n.id COLLATE "C")
        ORDER BY n.type COLLATE "C", n.hash
        """;

    /// <summary><see cref="Issue.MessageId"/> of a url and version that another resource has.</summary>
    private const string Taken = "artifact-version-taken";

    /// <summary><see cref="Issue.MessageId"/> of a status that the current one does not lead to.</summary>
    private const string Status = "artifact-status";

    private readonly Dictionary<PendingWrite, List<string>> holders = [];
    private IReadOnlyList<PendingWrite> all = [];
    private PendingWrite[] identified = [];

    /// <summary>SHA-256 of url, line feed and version; null for what is no artifact, or lacks one of them.</summary>
    public static byte[]? IdentityOf(ResourceDocument document)
    {
        if (!ArtifactMetadata.IsPossible(document.ResourceType)) return null;
        return ArtifactMetadata.Url(document.Root)?.Text is { } url && ArtifactMetadata.Version(document.Root)?.Text is { } version
            ? SHA256.HashData(Encoding.UTF8.GetBytes($"{url}\n{version}"))
            : null;
    }

    public void Add(IReadOnlyList<PendingWrite> writes)
    {
        all = writes;
        holders.Clear();
        identified = [.. writes.Where(write => write.Identity is not null)];
    }

    /// <returns>Whether a command was added.</returns>
    public bool AddLookup(NpgsqlBatch batch)
    {
        if (identified.Length == 0) return false;
        batch.BatchCommands.Add(new NpgsqlBatchCommand(LookupText) { Parameters = { Texts(identified.Select(write => write.Key.Type)), Hashes(identified) } });
        return true;
    }

    /// <summary>Reads the result of that command.</summary>
    public async Task ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        holders.Clear();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var write = identified[reader.GetInt64(0) - 1];
            if (!holders.TryGetValue(write, out var ids)) holders.Add(write, ids = []);
            ids.Add(reader.GetString(1));
        }
    }

    /// <summary>What stands against the writes, in their order.</summary>
    public IEnumerable<Issue> Obstacles()
    {
        if (hasStatusRules)
            foreach (var write in all)
                if (StatusObstacle(write) is { } issue) yield return issue;
        if (!isUnique || identified.Length == 0) yield break;

        // What the transaction writes itself holds what it will hold then.
        var written = all.Where(write => write.Operation is not WriteOperation.Keep).ToDictionary(write => write.Key);
        var taken = new Dictionary<(string, string), PendingWrite>();
        foreach (var write in identified)
        {
            var mine = (write.Key.Type, Convert.ToHexString(write.Identity!));
            if (Holds(write, write.Key.Id)) taken.TryAdd(mine, write);
        }

        foreach (var write in identified)
        {
            if (Holds(write, write.Key.Id)) continue;
            if (holders.GetValueOrDefault(write)?.Find(id => !written.ContainsKey(new ResourceKey(write.Key.Type, id))) is { } other) yield return TakenBy(write, other, "has already");
            else if (!taken.TryAdd((write.Key.Type, Convert.ToHexString(write.Identity!)), write))
                yield return TakenBy(write, taken[(write.Key.Type, Convert.ToHexString(write.Identity!))].Key.Id, "has in the same request");
        }
    }

    /// <summary>Adds what the identities of new versions come to.</summary>
    public void AddRows(NpgsqlBatch batch, List<PendingWrite> made)
    {
        // Who holds what it held before needs no row changed.
        PendingWrite[] changed = [.. made.Where(write => ArtifactMetadata.IsPossible(write.Key.Type) && (write.Identity is null ? write.Current is not null : !Holds(write, write.Key.Id)))];
        if (changed.Length == 0) return;
        if (changed.Any(write => write.Current is not null)) batch.BatchCommands.Add(Command(ReleaseText, changed));
        if (!changed.Any(write => write.Identity is not null)) return;
        var take = Command(TakeText, changed);
        take.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = !isUnique });
        batch.BatchCommands.Add(take);
    }

    private bool Holds(PendingWrite write, string id) => holders.GetValueOrDefault(write)?.Contains(id) == true;

    private static Issue TakenBy(PendingWrite write, string other, string how)
    {
        var root = write.Document!.Root;
        var version = ArtifactMetadata.Version(root)!.Value;
        return new Issue(
            IssueSeverity.Error, IssueType.Duplicate,
            $"{write.Key} has the url {ArtifactMetadata.Url(root)!.Value.Text} and the version {version.Text}, which {write.Key.Type}/{other} {how}; give it another version, or change that one (setting Fhir:Artifacts:UniqueVersions).",
            write.Document.ExpressionOf(version), MessageId: Taken);
    }

    private static Issue? StatusObstacle(PendingWrite write)
    {
        if (write.Current is not { Deleted: false } || write.Document is not { } document || !ArtifactMetadata.IsPossible(write.Key.Type)) return null;
        if (ArtifactMetadata.Status(document.Root) is not { Text: "draft" or "active" or "unknown" } status) return null;
        var before = write.CurrentDocument!.Root;
        var (from, to) = (ArtifactMetadata.Status(before)?.Text, status.Text);
        if (from is not ("active" or "retired") || from == to) return null;

        // The version that is retired stays so; what follows it is another one.
        if (from == "retired" && to != "unknown" && ArtifactMetadata.Version(document.Root)?.Text is { } version && version != ArtifactMetadata.Version(before)?.Text) return null;
        var (what, way) = from == "active"
            ? ("an active artifact becomes retired and nothing else", "use $draft for a new version of it, or $retire to end it")
            : ("a retired artifact stays retired", "use $draft for a new version of it, or give this one another version");
        return Issue.BusinessRule($"{write.Key} is {from} and can't become {to}: {what}; {way} (setting Fhir:Artifacts:StatusRules).", document.ExpressionOf(status)) with { MessageId = Status };
    }

    private static NpgsqlBatchCommand Command(string text, PendingWrite[] writes) => new(text)
    {
        Parameters = { Texts(writes.Select(write => write.Key.Type)), Texts(writes.Select(write => write.Key.Id)), Hashes(writes) },
    };

    private static NpgsqlParameter<string[]> Texts(IEnumerable<string> texts) => new() { TypedValue = [.. texts] };

    private static NpgsqlParameter Hashes(IEnumerable<PendingWrite> writes) =>
        new() { Value = writes.Select(write => write.Identity).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea };
}
