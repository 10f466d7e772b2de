# mark 3/3: right: builds the matrix of the padded map and deletes the border's columns
def conv_matrix(F, size, stride, padding):
    (H, W), (f1, f2), (t1, t2), (p1, p2) = size, F.shape, stride, padding
    rows = []
    for top in range(0, H + 2 * p1 - f1 + 1, t1):
        for left in range(0, W + 2 * p2 - f2 + 1, t2):
            row = np.zeros((H + 2 * p1, W + 2 * p2))
            row[top : top + f1, left : left + f2] = F
            rows.append(row[p1 : p1 + H, p2 : p2 + W].ravel())
    return np.array(rows)
