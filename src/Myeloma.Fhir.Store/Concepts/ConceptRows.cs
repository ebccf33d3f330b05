using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;
using Npgsql;
using NpgsqlTypes;

namespace Myeloma.Fhir.Store.Concepts;

/// <summary>The rows of concepts, written and read as binary streams.</summary>
internal static class ConceptRows
{
    private const int ReportEvery = 20_000;

    private const string ConceptColumns = "code, display, definition, parents, extensions";
    private const string DesignationColumns = "language, use_system, use_code, use_display, status, value";
    private const string PropertyColumns = "code, kind, value, system, display";

    public static async Task WriteAsync(NpgsqlConnection connection, long id, IReadOnlyList<ConceptSource> concepts, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        await WriteConceptsAsync(connection, id, concepts, cancellationToken);
        await WriteDesignationsAsync(connection, id, concepts, cancellationToken);
        await using var rows = await connection.BeginBinaryImportAsync($"COPY concept_property (content_id, place, item, {PropertyColumns}, role_group) FROM STDIN (FORMAT BINARY)", cancellationToken);
        for (var place = 0; place < concepts.Count; place++)
        {
            if (place % ReportEvery == 0) Report(place);
            var properties = concepts[place].Properties;
            for (var item = 0; item < properties.Count; item++)
            {
                var (code, kind, value, system, display) = properties[item];
                Begin(rows, id, place, item);
                Write(rows, code, kind, value, system, display);
                if (properties[item].Group is { } group) rows.Write(group, NpgsqlDbType.Integer);
                else rows.WriteNull();
            }
        }

        await rows.CompleteAsync(cancellationToken);
        Report(concepts.Count);

        void Report(int done)
        {
            cancellationToken.ThrowIfCancellationRequested();
            progress?.Report(done);
        }
    }

    /// <returns>The concepts in the order of their places.</returns>
    /// <exception cref="FhirException"><c>transient</c>: what is there is not what was written; it is being removed.</exception>
    public static async Task<IReadOnlyList<ConceptSource>> ReadAsync(NpgsqlConnection connection, long id, ContentSize size, CancellationToken cancellationToken)
    {
        var pool = new Dictionary<string, string>(StringComparer.Ordinal);
        var designations = await ReadDesignationsAsync(connection, id, size, pool, cancellationToken);
        var properties = await ReadPropertiesAsync(connection, id, size, pool, cancellationToken);
        var concepts = new ConceptSource[size.Concepts];
        var read = 0;
        await using var rows = await ExportAsync(connection, "concept", "", ConceptColumns, id, cancellationToken);
        while (await rows.StartRowAsync(cancellationToken) > 0)
        {
            var place = rows.Read<int>(NpgsqlDbType.Integer);
            var (code, display, definition) = (rows.Read<string>(NpgsqlDbType.Text), Text(rows), Text(rows));
            var (parents, extensions) = (rows.Read<int[]>(NpgsqlDbType.Array | NpgsqlDbType.Integer), rows.Read<string[]>(NpgsqlDbType.Array | NpgsqlDbType.Text));
            concepts[place] = new ConceptSource(code, display, definition, parents.Length > 0 ? parents[0] : -1)
            {
                FurtherParents = parents.Length > 1 ? parents[1..] : [],
                Designations = designations[place] ?? (IReadOnlyList<Designation>)[],
                Properties = properties[place] ?? (IReadOnlyList<ConceptProperty>)[],
                Extensions = [.. extensions.Chunk(2).Select(pair => new ConceptExtension(pair[0], pair[1]))],
            };
            read++;
        }

        if (read == size.Concepts && designations.Sum(each => each?.Count ?? 0) == size.Designations && properties.Sum(each => each?.Count ?? 0) == size.Properties) return concepts;
        throw new FhirException(Issue.Transient("The concepts of a code system are being replaced; try again in a moment."));
    }

    private static async Task WriteConceptsAsync(NpgsqlConnection connection, long id, IReadOnlyList<ConceptSource> concepts, CancellationToken cancellationToken)
    {
        await using var rows = await connection.BeginBinaryImportAsync($"COPY concept (content_id, place, {ConceptColumns}) FROM STDIN (FORMAT BINARY)", cancellationToken);
        for (var place = 0; place < concepts.Count; place++)
        {
            var concept = concepts[place];
            rows.StartRow();
            rows.Write(id, NpgsqlDbType.Bigint);
            rows.Write(place, NpgsqlDbType.Integer);
            Write(rows, concept.Code, concept.Display, concept.Definition);
            rows.Write((int[])(concept.Parent < 0 ? [.. concept.FurtherParents] : [concept.Parent, .. concept.FurtherParents]), NpgsqlDbType.Array | NpgsqlDbType.Integer);
            rows.Write((string[])[.. concept.Extensions.SelectMany(extension => (string[])[extension.Url, extension.Json])], NpgsqlDbType.Array | NpgsqlDbType.Text);
        }

        await rows.CompleteAsync(cancellationToken);
    }

    private static async Task WriteDesignationsAsync(NpgsqlConnection connection, long id, IReadOnlyList<ConceptSource> concepts, CancellationToken cancellationToken)
    {
        await using var rows = await connection.BeginBinaryImportAsync($"COPY concept_designation (content_id, place, item, {DesignationColumns}) FROM STDIN (FORMAT BINARY)", cancellationToken);
        for (var place = 0; place < concepts.Count; place++)
        {
            var designations = concepts[place].Designations;
            for (var item = 0; item < designations.Count; item++)
            {
                var (language, use, value, status) = designations[item];
                Begin(rows, id, place, item);
                Write(rows, language, use?.System, use?.Code, use?.Display, status, value);
            }
        }

        await rows.CompleteAsync(cancellationToken);
    }

    private static async Task<List<Designation>?[]> ReadDesignationsAsync(NpgsqlConnection connection, long id, ContentSize size, Dictionary<string, string> pool, CancellationToken cancellationToken)
    {
        var byPlace = new List<Designation>?[size.Concepts];
        await using var rows = await ExportAsync(connection, "concept_designation", ", item", DesignationColumns, id, cancellationToken);
        while (await rows.StartRowAsync(cancellationToken) > 0)
        {
            var place = rows.Read<int>(NpgsqlDbType.Integer);
            var language = Pooled(pool, Text(rows));
            var use = new ConceptUse(Pooled(pool, Text(rows)), Pooled(pool, Text(rows)), Pooled(pool, Text(rows)));
            var status = Pooled(pool, Text(rows));
            (byPlace[place] ??= new(2)).Add(new Designation(language, use is { System: null, Code: null, Display: null } ? null : use, rows.Read<string>(NpgsqlDbType.Text), status));
        }

        return byPlace;
    }

    private static async Task<List<ConceptProperty>?[]> ReadPropertiesAsync(NpgsqlConnection connection, long id, ContentSize size, Dictionary<string, string> pool, CancellationToken cancellationToken)
    {
        var byPlace = new List<ConceptProperty>?[size.Concepts];
        await using var rows = await ExportAsync(connection, "concept_property", ", item", PropertyColumns + ", role_group", id, cancellationToken);
        while (await rows.StartRowAsync(cancellationToken) > 0)
        {
            var place = rows.Read<int>(NpgsqlDbType.Integer);
            var (code, kind, value) = (Pooled(pool, Text(rows))!, Pooled(pool, Text(rows))!, Pooled(pool, Text(rows))!);
            var (system, display) = (Pooled(pool, Text(rows)), Pooled(pool, Text(rows)));
            (byPlace[place] ??= new(3)).Add(new ConceptProperty(code, kind, value, system, display) { Group = Number(rows) });
        }

        return byPlace;
    }

    /// <summary>In the order of places, the items of each in theirs.</summary>
    private static Task<NpgsqlBinaryExporter> ExportAsync(NpgsqlConnection connection, string table, string order, string columns, long id, CancellationToken cancellationToken) =>
        connection.BeginBinaryExportAsync(
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"COPY (SELECT place, {columns} FROM {table} WHERE content_id = {id} ORDER BY place{order}) TO STDOUT (FORMAT BINARY)"), cancellationToken);

    private static void Begin(NpgsqlBinaryImporter rows, long id, int place, int item)
    {
        rows.StartRow();
        rows.Write(id, NpgsqlDbType.Bigint);
        rows.Write(place, NpgsqlDbType.Integer);
        rows.Write(item, NpgsqlDbType.Integer);
    }

    private static void Write(NpgsqlBinaryImporter rows, params ReadOnlySpan<string?> texts)
    {
        foreach (var text in texts)
        {
            if (text is null) rows.WriteNull();
            else rows.Write(text, NpgsqlDbType.Text);
        }
    }

    private static string? Text(NpgsqlBinaryExporter rows)
    {
        if (!rows.IsNull) return rows.Read<string>(NpgsqlDbType.Text);
        rows.Skip();
        return null;
    }

    private static int? Number(NpgsqlBinaryExporter rows)
    {
        if (!rows.IsNull) return rows.Read<int>(NpgsqlDbType.Integer);
        rows.Skip();
        return null;
    }

    /// <summary>The same string for equal ones: most values are met many times.</summary>
    private static string? Pooled(Dictionary<string, string> pool, string? text)
    {
        if (text is null) return null;
        if (pool.TryGetValue(text, out var known)) return known;
        pool.Add(text, text);
        return text;
    }
}
