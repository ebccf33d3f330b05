using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.Operations;

namespace Myeloma.Fhir.Terminology.Prepared;

/// <summary><c>$validate-code</c> of any code that is right and of which nothing particular is to be said: the answer of the operation to one such code, with another one and its name put in.</summary>
internal sealed class PreparedValidation : PreparedQuestion
{
    private readonly CompiledCodeSystem system;
    private readonly IReadOnlyList<PlainClause>? clauses;
    private readonly DisplayLanguages languages;
    private readonly bool allowsAbstract;
    private readonly byte[] head;
    private readonly byte[] between;
    private readonly byte[] end;

    private PreparedValidation(CompiledCodeSystem system, IReadOnlyList<PlainClause>? clauses, DisplayLanguages languages, bool allowsAbstract, byte[] head, byte[] between, byte[] end) =>
        (this.system, this.clauses, this.languages, this.allowsAbstract, this.head, this.between, this.end) = (system, clauses, languages, allowsAbstract, head, between, end);

    /// <param name="clauses">What the value set takes of the system, in its order; null when it is asked of the system itself.</param>
    /// <param name="allowsAbstract">Whether abstract concepts are right, too.</param>
    /// <param name="answer">Of the operation to a code.</param>
    /// <returns>Null when something particular was said of that code: then nothing can be learned from the answer.</returns>
    public static PreparedValidation? Of(CompiledCodeSystem system, IReadOnlyList<PlainClause>? clauses, DisplayLanguages languages, bool allowsAbstract, string code, ReadOnlySpan<byte> answer)
    {
        var shape = new PreparedValidation(system, clauses, languages, allowsAbstract, [], [], []);
        if (shape.Plain(code) is not (>= 0 and var ordinal) || shape.Display(ordinal) is not { } display) return null;
        var before = JsonBuffer.Part(part =>
        {
            part.Raw("{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"result\",\"valueBoolean\":true},{\"name\":\"code\",\"valueCode\":\""u8);
        });
        var middle = JsonBuffer.Part(part =>
        {
            part.Raw("\"},{\"name\":\"system\",\"valueUri\":"u8);
            part.String(system.Url);
            if (system.Version is { } version)
            {
                part.Raw("},{\"name\":\"version\",\"valueString\":"u8);
                part.String(version);
            }

            part.Raw("},{\"name\":\"display\",\"valueString\":\""u8);
        });
        var told = JsonBuffer.Part(part =>
        {
            part.Raw(before);
            part.Text(code);
            part.Raw(middle);
            part.Text(display);
        });

        // What comes after the name are remarks on the definitions, which are the same for all codes.
        return answer.StartsWith(told) ? new PreparedValidation(system, clauses, languages, allowsAbstract, before, middle, answer[told.Length..].ToArray()) : null;
    }

    public override bool TryAnswer(ReadOnlySpan<char> code, ReadOnlySpan<char> other, JsonBuffer output)
    {
        if (Plain(code) is not (>= 0 and var ordinal)) return false;
        output.Raw(head);
        output.Text(system.Form.Texts.Bytes(ordinal));
        output.Raw(between);
        if (languages.IsEmpty && system.Form.DisplayText(ordinal) is >= 0 and var text) output.Text(system.Form.Texts.Bytes(text));
        else if (Display(ordinal) is { } display) output.Text(display);
        else return false;
        output.Raw(end);
        return true;
    }

    private string? Display(int ordinal) => languages.Choose(system, ordinal).Text ?? system.Display(ordinal);

    /// <returns>The concept; -1 when it is no member, or something particular is to be said of it.</returns>
    private int Plain(ReadOnlySpan<char> code)
    {
        var ordinal = system.Find(code);
        if (ordinal < 0 || system.IsRemarkable(ordinal) || (!allowsAbstract && system.IsAbstract(ordinal))) return -1;

        // Of a system that takes other letters for the same, the right ones are told.
        if (!system.IsCaseSensitive && !system.Form.Texts.Is(ordinal, code)) return -1;
        if (clauses is null) return ordinal;
        foreach (var clause in clauses)
            if (clause.Contains(ordinal)) return clause.HasNote(ordinal) ? -1 : ordinal;
        return -1;
    }
}
