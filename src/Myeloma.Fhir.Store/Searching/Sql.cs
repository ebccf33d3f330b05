using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Npgsql;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>
/// A piece of a statement, written as an interpolated string: literal text is SQL, every hole becomes a parameter, a nested <see cref="Sql"/>
/// keeps both apart. There is no way to put a value into the text.
/// </summary>
/// <remarks>
/// Pieces of the same shape render to the same text, so that PostgreSQL's prepared statements are found again. A piece that is used twice in a
/// statement sends its parameters once.
/// </remarks>
[InterpolatedStringHandler]
internal sealed class Sql
{
    public static readonly Sql Empty = $"";

    private readonly List<object> parts;

    public Sql(int literalLength, int formattedCount) => parts = new List<object>((2 * formattedCount) + 1);

    /// <summary>Whether there is nothing in it.</summary>
    public bool IsEmpty => parts.Count == 0;

    public void AppendLiteral(string text) => parts.Add(text);

    public void AppendFormatted(Sql nested) => parts.AddRange(nested.parts);

    public void AppendFormatted(string value) => AddParameter(value);

    public void AppendFormatted(long value) => AddParameter(value);

    public void AppendFormatted(int value) => AddParameter(value);

    public void AppendFormatted(decimal value) => AddParameter(value);

    public void AppendFormatted(DateTimeOffset value) => AddParameter(value);

    public void AppendFormatted(long[] values) => AddParameter(values);

    public void AppendFormatted(int[] values) => AddParameter(values);

    public void AppendFormatted(string[] values) => AddParameter(values);

    /// <summary>A name the program made itself, see <see cref="Searching.Alias"/>.</summary>
    public void AppendFormatted(Alias alias) => parts.Add(alias.Name);

    /// <summary>A limit stands in the text, because the planner has to know it.</summary>
    public void AppendFormatted(RowLimit limit) => parts.Add(limit.Rows.ToString(CultureInfo.InvariantCulture));

    /// <summary>The pieces with a separator between; Empty for none.</summary>
    public static Sql Join(Sql separator, IEnumerable<Sql> pieces)
    {
        var joined = new Sql(0, 8);
        foreach (var piece in pieces)
        {
            if (!joined.IsEmpty) joined.AppendFormatted(separator);
            joined.AppendFormatted(piece);
        }

        return joined;
    }

    /// <summary>Of text and values: pieces with other ones have another, as far as 32 bits do.</summary>
    public int Fingerprint
    {
        get
        {
            var hash = default(HashCode);
            foreach (var part in parts)
            {
                if (part is Hole hole) hole.AddTo(ref hash);
                else hash.Add((string)part);
            }

            return hash.ToHashCode();
        }
    }

    /// <summary>Writes text and parameters into a command of a batch.</summary>
    public NpgsqlBatchCommand ToCommand()
    {
        var command = new NpgsqlBatchCommand();
        command.CommandText = Render(command.Parameters);
        return command;
    }

    /// <summary>Adds the parameters and returns the text that refers to them as $1, $2, ….</summary>
    public string Render(NpgsqlParameterCollection parameters)
    {
        var text = new StringBuilder(512);
        Dictionary<Hole, int> numbers = new(ReferenceEqualityComparer.Instance);
        foreach (var part in parts)
        {
            if (part is string literal)
            {
                text.Append(literal);
                continue;
            }

            var hole = (Hole)part;
            if (!numbers.TryGetValue(hole, out var number))
            {
                number = numbers.Count + 1;
                numbers.Add(hole, number);
                parameters.Add(hole.ToParameter());
            }

            text.Append(CultureInfo.InvariantCulture, $"${number}");
        }

        return text.ToString();
    }

    private void AddParameter<T>(T value) => parts.Add(new Hole<T>(value));

    private abstract class Hole
    {
        public abstract NpgsqlParameter ToParameter();

        public abstract void AddTo(ref HashCode hash);
    }

    private sealed class Hole<T>(T value) : Hole
    {
        public override NpgsqlParameter ToParameter() => new NpgsqlParameter<T> { TypedValue = value };

        public override void AddTo(ref HashCode hash)
        {
            if (value is not Array array)
            {
                hash.Add(value);
                return;
            }

            foreach (var item in array) hash.Add(item);
        }
    }
}

/// <summary>The name of a row source in a statement, made of a letter and a number.</summary>
/// <param name="IsNarrow">It has few rows, each of which is looked at by itself.</param>
internal readonly record struct Alias(char Letter, int Number, bool IsNarrow = false)
{
    /// <summary>The row source of the resources that are searched.</summary>
    public static readonly Alias Match = new('m', 0);

    /// <summary>
    /// Stands at the end of a subquery about one row of this source. Where that has few rows it keeps the subquery one: PostgreSQL would else think of joining all
    /// that fulfil the condition, of which it does not know how many they are.
    /// </summary>
    public Sql Fence => IsNarrow ? (Sql)$" OFFSET 0" : Sql.Empty;

    /// <summary>Whether a row of this source is among those of a query with the one column <c>rid</c>.</summary>
    public Sql In(Sql query) => IsNarrow ? (Sql)$"EXISTS (SELECT FROM ({query}) among WHERE among.rid = {this}.rid{Fence})" : $"{this}.rid IN ({query})";

    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Letter}{Number}");
}

/// <summary>A number of rows that stands in the text of a statement.</summary>
internal readonly record struct RowLimit(int Rows);
